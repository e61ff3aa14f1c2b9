import OrderMails
import Testing

@Suite("Web link")
struct WebLinkTests {
    @Test(
        "is an absolute link", arguments: ["https://a.example/x?y=1&z=2#f", "http://localhost:8080/", "http://[::1]/"])
    func accepts(text: String) {
        #expect(WebLink(text)?.text == text)
    }

    @Test(
        "is refused when a mail should not have it",
        arguments: [
            "", "https://", "https:///x", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "/relative",
            "https://a.example/\"onclick=", "https://a.example/<b>", "https://a.example/a b", "https://a.example/\r\nx",
            "https://ä.example/", "ftp://a.example/", "https://a.example/" + String(repeating: "x", count: 2_000),
        ])
    func refuses(text: String) {
        #expect(WebLink(text) == nil)
    }
}
