import DomainNames
import Kernel
import Testing

@Suite("Domain names and addresses beyond ASCII")
struct DomainNameTests {
    /// Names in forms that people write, and what is stored; from RFC 5891, RFC 3492 section 7.1, UTS 46 and registries.
    static let names = [
        ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("bücher。example", "xn--bcher-kva.example"),
        ("ｂücher．example", "xn--bcher-kva.example"), ("straße.example", "xn--strae-oqa.example"),
        ("βόλος.example", "xn--nxasmm1c.example"), ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("他们为什么不说中文.example", "xn--ihqwcrb4cv8a8dqg056pqjye.example"),
        ("почта.рф", "xn--80a1acny.xn--p1ai"), ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
        ("fußball.sub.bücher.example", "xn--fuball-cta.sub.xn--bcher-kva.example"),
    ]

    @Test("are stored with A-labels, whatever form they have, and shown with U-labels", arguments: names)
    func forms(written: String, stored: String) throws {
        let address = try #require(EmailAddress(typed: " Anna@\(written)\n"))
        #expect(address.text == "Anna@\(stored)")
        #expect(EmailAddress(typed: address.shown) == address)
        #expect(EmailAddress(typed: address.text) == address)
        #expect(address.shown.utf8.contains { $0 >= 0x80 })
        #expect(DomainName.unicode(stored.uppercased()) == DomainName.unicode(stored))
    }

    @Test("show as people write them, and masked")
    func shown() throws {
        let address = try #require(EmailAddress(typed: "anna@Bücher.example"))
        #expect(address.shown == "anna@bücher.example" && address.shownMasked == "a…@bücher.example")
        #expect(!address.needsSMTPUTF8)
        let plain = try #require(EmailAddress(typed: "Buyer@Example.com"))
        #expect(
            plain.text == "Buyer@Example.com" && plain.shown == plain.text && plain == EmailAddress("Buyer@Example.com")
        )
    }

    @Test("keep a local part beyond ASCII, which needs SMTPUTF8", arguments: ["jürgen", "用户", "θσερ", "δοκιμή", "अजय"])
    func local(part: String) throws {
        let address = try #require(EmailAddress(typed: "\(part)＠bücher.example"))
        #expect(address.text == "\(part)@xn--bcher-kva.example")
        #expect(address.needsSMTPUTF8)
        #expect(EmailAddress(address.text) == nil && EmailAddress(stored: address.text) == address)
    }

    @Test(
        "are refused when they are no addresses or could break a header, a log or a page",
        arguments: [
            "anna@bücher", "anna@-bücher.example", "anna@bücher-.example", "anna@bü cher.example",
            "anna@.bücher.example",
            "anna@bücher..example", "@bücher.example", "anna@", "anna@bü_cher.example", "anna@bü％cher.example",
            "anna@bü\u{3000}cher.example", "anna@bü@cher.example", "anna@büch\0er.example",
            "anna@b\u{202E}ücher.example", "anna@bücher.example\r\nBcc: x@y.de", "anna@♥.x\u{200B}.",
            "an\u{202E}na@bücher.example",
            "an\u{A0}na@bücher.example", "an\u{85}na@bücher.example", "an\u{2028}na@bücher.example",
            "an\u{FEFF}na@bücher.example",
            "a@b@bücher.example", "\u{301}@\u{301}.example", "anna@\(String(repeating: "ü", count: 64)).example",
            "\(String(repeating: "ü", count: 33))@example.com",
            "anna@\(String(repeating: "bücher.", count: 40))example",
        ])
    func refused(text: String) { #expect(EmailAddress(typed: text) == nil) }

    @Test(
        "a name in A-labels that stands for nothing is shown as it is",
        arguments: ["xn--a.example", "xn--999999999.example"])
    func nonsense(text: String) { #expect(DomainName.unicode(text) == text) }
}
