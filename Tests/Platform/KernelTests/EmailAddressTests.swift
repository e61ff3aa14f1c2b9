import Kernel
import Testing

@Suite("E-mail address")
struct EmailAddressTests {
    @Test("is accepted as people write it", arguments: ["a@b.co", "first.last+tag@sub.example.com", " x@y.de\n"])
    func accepts(text: String) {
        #expect(EmailAddress(text) != nil)
    }

    @Test(
        "is refused when it is undeliverable or could break a header",
        arguments: [
            "", "a", "a@", "@b.co", "a@b", "a b@c.de", "a@b..co", "a@-b.co", "a@b.co\r\nBcc: x@y.de", "a@@b.co",
            "Åsa@example.com", "a@b.co,c@d.ee", "<a@b.co>", String(repeating: "a", count: 65) + "@b.co",
        ])
    func refuses(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("is masked wherever it is printed")
    func masked() throws {
        let address = try #require(EmailAddress("buyer@example.com"))
        #expect("\(address)" == "b…@example.com")
        #expect(!String(reflecting: [address]).contains("buyer"))
    }
}
