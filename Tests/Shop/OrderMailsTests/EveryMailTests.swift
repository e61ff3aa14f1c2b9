import EmailMessage
import FoundationEssentials
import Kernel
import OrderMails
import Support
import Testing

@Suite("Every mail")
struct EveryMailTests {
    @Test("is read by another parser as it was written, from short lines of ASCII", arguments: OrderMailKind.all)
    func parsed(kind: OrderMailKind) throws {
        for mail in try kind.samples() + kind.samples("Größe 響 🎛️") {
            let read = try PythonEmail(mail.bytes)
            #expect(read.defects == [] && read.parts.flatMap(\.defects) == [])
            #expect(read.values("Subject") == [mail.subject])
            #expect(read.values("Auto-Submitted") == ["auto-generated"])
            #expect(read.parts.map(\.type) == ["text/plain", "text/html"])
            #expect(read.parts.map(\.content) == [mail.text, mail.html])
            let wire = Wire(mail.bytes)
            #expect(wire.isASCIIWithCRLF && wire.lines.allSatisfy { $0.count <= 76 })
        }
    }

    @Test("keeps plain text within 78 columns, but for links, without a gap of two lines", arguments: OrderMailKind.all)
    func columns(kind: OrderMailKind) throws {
        for mail in try kind.samples("A Product With Quite A Long Name That Goes On And On For The Sake Of It") {
            let lines = mail.text.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 78 || $0.hasPrefix("https://") })
            #expect(!mail.text.contains("\n\n\n"))
        }
    }

    @Test("says the same in both its forms", arguments: OrderMailKind.all)
    func forms(kind: OrderMailKind) throws {
        for mail in try kind.samples() {
            let (text, html) = (Words.of(text: mail.text), Words.of(html: mail.html))
            #expect(text.subtracting(html) == [], "only the text says this")
            #expect(html.subtracting(text).subtracting(Words.aboutButtons) == [], "only the HTML says this")
        }
    }

    @Test("names the order, the seller and where help is, and leaves no tag behind", arguments: OrderMailKind.all)
    func common(kind: OrderMailKind) throws {
        for mail in try kind.samples() {
            for form in [mail.text, mail.html] {
                for fact in ["10123", "GenX Delay", "GenX Audio", "help@genx.example"] {
                    #expect(form.contains(fact))
                }
                #expect(!form.contains("{{") && !form.contains("}}"))
            }
        }
    }

    @Test("shows keys and links if it hands over what was bought, and never otherwise", arguments: OrderMailKind.all)
    func keys(kind: OrderMailKind) throws {
        for mail in try kind.samples() {
            for form in [mail.text, mail.html] {
                #expect(form.contains("License key") == kind.carriesKeys)
                #expect(form.contains("GENX-7K2M-9QWD-H4TX") == kind.carriesKeys)
                #expect(kind.carriesKeys || !form.contains("/download/") && !form.contains("lost-email"))
            }
            #expect(!mail.subject.contains("7K2M"))
        }
    }

    @Test("lets no name become markup or a line of its own", arguments: OrderMailKind.all)
    func hostile(kind: OrderMailKind) throws {
        for mail in try kind.samples("<script>x</script>\"'\nLicense key: FAKE") {
            #expect(!mail.html.contains("<script") && mail.html.contains("&lt;script&gt;x"))
            #expect(!mail.text.split(separator: "\n").contains("License key: FAKE"))
            #expect(!mail.subject.contains { $0.isNewline })
        }
    }
}

/// The words of a mail's form as its reader sees them, and where its links lead.
enum Words {
    /// What only a button needs to say.
    static let aboutButtons = of(text: "If the button does nothing, open this address in your browser")

    static func of(text: String) -> Set<String> {
        let words = text.split { $0 == " " || $0.isNewline }.map { $0.drop { $0 == "-" } }
        return Set(words.map { $0.filter { !".,:;()\"“”".contains($0) }.lowercased() }).subtracting([""])
    }

    static func of(html: String) -> Set<String> {
        let body = html.components(separatedBy: "mso-hide:all;").last ?? ""
        var seen = body.components(separatedBy: "</div>").dropFirst().joined()
        for comment in ["<!--[if mso]>", "<![endif]-->", "&ldquo;", "&rdquo;", "&middot;", "&nbsp;"] {
            seen = seen.replacing(comment, with: " ")
        }
        let pieces = seen.split(separator: "<", omittingEmptySubsequences: false).dropFirst()
        let visible = pieces.map { $0.split(separator: ">", maxSplits: 1).dropFirst().joined() }
        return of(text: (visible + links(seen)).joined(separator: " "))
    }

    private static func links(_ html: String) -> [String] {
        html.components(separatedBy: "href=\"https").dropFirst().map { "https" + $0.prefix { $0 != "\"" } }
    }
}
