import Kernel
import Testing

@Suite("Web origin")
struct WebOriginTests {
    @Test(
        "recognizes this machine by name and address, and no look-alike",
        arguments: [
            ("http://localhost", true), ("http://shop.localhost:8080", true), ("http://127.0.0.1:9000", true),
            ("http://127.255.0.1", true), ("http://128.0.0.1", false), ("http://127.0.0.1.example", false),
            ("http://127.example", false), ("http://localhost.example", false), ("http://127.0.0", false),
            ("http://127.0.0.256", false), ("http://0.0.0.0", false),
        ])
    func loopback(text: String, expected: Bool) throws {
        #expect(try #require(WebOrigin(text)).isLoopback == expected)
    }

    @Test("is written without a slash at its end")
    func text() throws {
        #expect(try #require(WebOrigin("https://shop.example/")).text == "https://shop.example")
        #expect(try #require(WebOrigin("http://shop.example:8080")).host == "shop.example")
        #expect(WebOrigin(https: "shop.example") == WebOrigin("https://shop.example"))
    }
}
