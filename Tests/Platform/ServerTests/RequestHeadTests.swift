import Testing

@testable import Server

@Suite("Host field")
struct HostTests {
    @Test("is accepted in every form", arguments: ["", "a", "a.b:80", "127.0.0.1:8080", "[::1]", "[::1]:80", "a:"])
    func accepts(text: String) {
        #expect(isHost(text))
    }

    @Test("is refused when malformed", arguments: ["a b", "a/b", "a:x", "[::1", "a@b", "a:1234567", "[zz]", "a,b:c"])
    func refuses(text: String) {
        #expect(!isHost(text))
    }
}
