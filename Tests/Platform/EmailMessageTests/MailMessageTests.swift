import Kernel
import Support
import Testing

@testable import EmailMessage

@Suite("Mail message")
struct MailMessageTests {
    /// Texts that have broken mails before.
    static let texts = [
        "plain", "", "Grüße aus Zürich", "日本語のライセンスキー", "مرحبا بالعالم", "שלום", "👩‍👩‍👧‍👦🎛️🎉", "a=b?c_d =?UTF-8?Q?x?=",
        "trailing blank ", "e\u{301}tude", String(repeating: "x", count: 1_200), String(repeating: "ü🎛️", count: 400),
        String(repeating: "word ", count: 300) + "end", "\"quoted\" \\ back, comma; <angle> (round) @at .",
    ]

    @Test("reads back in another parser as it was written", arguments: texts)
    func roundTrip(text: String) throws {
        let body = "\(text)\n\n.\n..\nFrom here\n\ttab \n\(text)\n"
        let message = Sample.message(from: text, to: text, subject: text, text: body, html: "<p>\(body)</p>")
        let read = try PythonEmail(message.bytes)
        let oneLine = SafeText.singleLine(text)
        #expect(read.defects == [] && read.parts.flatMap(\.defects) == [])
        #expect(read.values("Subject") == [oneLine])
        #expect(read.toName == oneLine && read.fromName == oneLine)
        #expect(read.toAddress == "ada@example.com" && read.fromAddress == "shop@genx.example")
        #expect(read.parts.map(\.type) == ["text/plain", "text/html"])
        #expect(read.parts.map(\.charset) == ["utf-8", "utf-8"])
        #expect(read.parts.map(\.content) == [body, "<p>\(body)</p>"])
    }

    @Test("keeps every line short, ASCII and ended by CRLF", arguments: texts)
    func lines(text: String) throws {
        let header = try #require(MailHeader("X-Note", text))
        let message = Sample.message(
            from: text, to: text, subject: text, text: text + "\n" + text, html: text, headers: [header])
        let wire = Wire(message.bytes)
        #expect(wire.isASCIIWithCRLF)
        #expect(wire.lines.allSatisfy { $0.count <= 76 })
        #expect(wire.encodedWords.allSatisfy { $0.utf8.count <= 75 })
    }

    @Test("puts only an address or an ID that is long by itself on a longer line, never beyond 998")
    func longest() throws {
        let domain = ([String](repeating: String(repeating: "d", count: 61), count: 3) + ["example"]).joined(
            separator: ".")
        var message = Sample.message(from: nil, to: "Ada")
        message.from = Mailbox(address: Sample.address("\(String(repeating: "l", count: 60))@\(domain)"))
        message.to = Mailbox(name: "Ada", address: message.from.address)
        message.replyTo = message.to
        let wire = Wire(message.bytes)
        #expect(wire.lines.filter { $0.count > 78 }.count == 4)
        #expect(wire.lines.allSatisfy { $0.count <= 300 })
        #expect(try PythonEmail(message.bytes).toAddress == message.to.address.text)
    }

    @Test(
        "lets nothing add a header or end the header early",
        arguments: ["\r\n", "\n", "\r", "\r\n\r\n", "\0", "\u{85}", "\u{2028}", "\u{0B}", "\n ", "\r\n\t"])
    func injection(lineEnd: String) throws {
        let attack = "Ada\(lineEnd)Bcc: mallory@example.com\(lineEnd)\(lineEnd)<p>owned"
        let header = try #require(MailHeader("X-Note", attack))
        var message = Sample.message(from: attack, to: attack, subject: attack, headers: [header])
        message.replyTo = Mailbox(name: attack, address: Sample.address("help@genx.example"))
        let read = try PythonEmail(message.bytes)
        #expect(
            read.headers.map { $0[0] } == [
                "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Note", "MIME-Version", "Content-Type",
            ])
        #expect(read.values("Subject") == ["Ada Bcc: mallory@example.com <p>owned"])
        #expect(read.parts.count == 2 && read.defects == [])
        #expect(Wire(message.bytes).isASCIIWithCRLF)
    }

    @Test("is not cut short by a body that holds its boundary")
    func boundary() throws {
        let boundary = try #require(Wire(Sample.message().bytes).text.split(separator: "\"").dropLast().last)
        let ending = "\n--\(boundary)--\n"
        for text in [ending, "日本語のライセンスキー" + ending] {
            let read = try PythonEmail(Sample.message(text: text + "after", html: text).bytes)
            #expect(read.parts.count == 2)
            #expect(read.parts.first?.content == text + "after")
        }
    }

    @Test("turns every kind of line end in a body into one, and drops control characters")
    func lineEnds() throws {
        let read = try PythonEmail(Sample.message(text: "a\rb\nc\r\nd\n\re\0f\u{1B}[31m\u{7F}\u{85}g").bytes)
        #expect(read.parts.first?.content == "a\nb\nc\nd\n\nef[31mg")
    }

    @Test("writes the shorter of quoted-printable and base64")
    func encoding() {
        let text = Wire(Sample.message(text: "Grüße und gute Nacht", html: "日本語のライセンスキー").bytes).text
        #expect(text.contains("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"))
        #expect(text.contains("Gr=C3=BC=C3=9Fe und gute Nacht"))
        #expect(text.contains("text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"))
    }

    @Test("leaves dots at the start of lines to the SMTP client")
    func dots() {
        #expect(Wire(Sample.message(text: ".\n.a").bytes).text.contains("\r\n.\r\n.a\r\n"))
    }

    @Test("makes the same bytes each time, with an ID from its row and its sender's domain")
    func stable() throws {
        let message = Sample.message(headers: [.autoGenerated])
        let read = try PythonEmail(message.bytes)
        #expect(message.bytes == Sample.message(headers: [.autoGenerated]).bytes)
        #expect(read.values("Message-ID") == ["<\(Sample.emailID)@genx.example>"])
        #expect(read.values("Date") == ["Fri, 20 Nov 2026 18:40:00 +0000"])
        #expect(read.values("Auto-Submitted") == ["auto-generated"])
        #expect(read.values("List-Unsubscribe").isEmpty)
    }

    @Test("quotes a local part that a header may not have bare")
    func localPart() throws {
        var message = Sample.message()
        message.to = Mailbox(name: "Ada", address: Sample.address("a..b.@example.com"))
        #expect(Wire(message.bytes).text.contains("To: \"Ada\" <\"a..b.\"@example.com>\r\n"))
        #expect(try PythonEmail(message.bytes).toAddress == "a..b.@example.com")
    }

    @Test("shows neither address nor text when it is printed")
    func printing() {
        let message = Sample.message(text: "GENX-7K2M-9QWD-H4TX")
        var dumped = ""
        dump(message, to: &dumped)
        for shown in ["\(message)", String(reflecting: [message]), dumped] {
            #expect(shown.contains("<mail \(Sample.emailID)>"))
            #expect(!shown.contains("GENX") && !shown.contains("example"))
        }
    }
}
