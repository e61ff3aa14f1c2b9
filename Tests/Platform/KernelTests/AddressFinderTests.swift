import Support
import Testing

@testable import Kernel

@Suite("What is found of addresses in a text")
struct AddressFinderTests {
    @Test(
        "an address is found whatever touches it and however it is written",
        arguments: [
            "ada@customer.example", "was ada@customer.example.", "mailto:ada@customer.example",
            "'ada@customer.example'",
            "„ada@customer.example“", "<ada@customer.example>", "(ada@customer.example)!",
            "ada@customer.example/2 machines",
            "x=ada@customer.example;y", "ada@customer.example|eve", "für—ada@customer.example—und",
            "ada.b+c_d-e@a-b.c.example",
            "ada%40customer.example", "ada%2540customer.example", "mailto%3Aada%40customer%2Eexample",
            "ada=40customer.example",
            "ada&#64;customer.example", "ada&#x40;customer.example", "ada&commat;customer.example",
            "ada&amp;#64;customer.example", #"ada\u0040customer.example"#, #"ada\x40customer.example"#,
            #"ada\u{40}customer.example"#, "ada＠customer．example", "ａｄａ＠ｃｕｓｔｏｍｅｒ．ｅｘａｍｐｌｅ",
            "ada%EF%BC%A0customer.example",
            "ada﹫customer.example", "anna@bücher.example", "anna@bu\u{308}cher.example", "anna@xn--bcher-kva.example",
            "用户@例子。测试", "пример@почта.рф", "josé@correo.example", "ada@\u{200B}customer\u{AD}.example",
            "ada\u{2060}@customer.exam\u{200D}ple", "ada @ customer.example", "ada@ customer.example",
            "ada (at) customer.example",
            "ada[at]customer[dot]example", "ada {AT} customer (dot) example", "ada <at> customer <dot> example",
            "ada(ät)kunde(punkt)example", "ada@customer[.]example", "\"ada lovelace\"@customer.example",
            "'ada'@customer.example",
            "ada@[192.0.2.1]", "ada@[IPv6:2001:db8::1]", "ada%customer.example@relay.example", "ADA@CUSTOMER.EXAMPLE",
            "@ada@social.example", "ssh://ada@host.example:22/", "ada@my_host.example",
        ])
    func found(text: String) {
        #expect(Recognizer.addresses.finds(in: text))
        #expect(Recognizer.addresses.finds(in: "because of \(text), and more"))
        #expect(!Recognizer.addresses.finds(in: Recognizer.addresses.masked("because of \(text), and more")))
    }

    @Test(
        "prose with an at is none",
        arguments: [
            "sold at shop.example", "ada at customer dot example", "two @ 49.00 USD", "2@49.00", "@ada", "ada@",
            "ada@home",
            "@@@", "a @ b", "@ 3.5", "user@", "100 % of it", "look (at) this. Then that",
            "the page at customer.example/at",
            "v1@2.0", "@customer.example", "", "a=b&c=d", "%40", "at [dot] com", "https://shop.example/a%20b",
        ])
    func notFound(text: String) {
        #expect(!Recognizer.addresses.finds(in: text))
        #expect(Recognizer.addresses.masked(text) == text)
    }

    @Test("a mask hides the address and keeps what is around it")
    func masks() {
        let masked = Recognizer.addresses.masked("550 <ada@customer.example>: unknown, ask eve%40shop.example!")
        #expect(masked == "550 <…>: unknown, ask …!")
        #expect(Recognizer.addresses.masked("a\u{200D}da＠customer.example ok") == "… ok")
    }

    @Test("random addresses are found between random characters")
    func randomAddresses() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<4_000 {
            let local = word(&random, "abcxyz019._+-äжñ", 1...12)
            let host = word(&random, "abcxyz019-äж例", 1...9)
            let address = local + random.one(of: ["@", "＠", "%40", " (at) ", "@\u{200B}"]) + "a\(host)a.example"
            let text = noise(&random) + address + noise(&random)
            #expect(Recognizer.addresses.finds(in: text), "\(text.debugDescription)")
        }
    }

    @Test("no address is found in a text whose bytes tell that it has none")
    func suspicion() {
        var random = SeededGenerator(seed: 4)
        let pieces = [
            "a", "b.c", "@", "(", ")", "at", " ", "[AT]", "<a", "t>", "%40", "=40", "&#64;", "\\u0040", ".", "x",
        ]
        var found = 0
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in random.one(of: pieces) }.joined()
            let written = WrittenText(text)
            let isThere = [written, written.decoded ?? written].contains { !AddressFinder.places($0).isEmpty }
            found += isThere ? 1 : 0
            #expect(Recognizer.addresses.finds(in: text) == isThere, "\(text)")
        }
        #expect(found > 200)
    }

    private func word(_ random: inout SeededGenerator, _ letters: String, _ lengths: ClosedRange<Int>) -> String {
        let letters = Array(letters)
        return "a" + String((0..<Int.random(in: lengths, using: &random)).map { _ in random.one(of: letters) }) + "a"
    }

    /// Punctuation, symbols and blanks of any block, with nothing that changes the address itself.
    private func noise(_ random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        while text.count < 6, random.chance(80) {
            guard let scalar = Unicode.Scalar(UInt32.random(in: 0x20...0x2FFF, using: &random)) else { continue }
            switch scalar.properties.generalCategory {
            case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .otherSymbol, .spaceSeparator:
                if !"@%.[]".unicodeScalars.contains(scalar) { text.append(scalar) }
            default: continue
            }
        }
        return String(text)
    }
}
