import Kernel
import Testing

@Suite("Secret")
struct SecretTests {
    private struct Holder { let secret = Secret("hunter2") }

    @Test("shows nothing however it is printed")
    func hidden() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(Holder())", String(reflecting: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
    }

    @Test("lends its bytes")
    func lends() {
        #expect(Secret("abc").withBytes { $0.count } == 3)
    }
}
