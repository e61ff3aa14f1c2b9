import Kernel
import Testing

@testable import Outbound

@Suite("SMTP server setting")
struct SMTPServerTests {
    @Test(
        "is read from a URL, with the port and the safety of its scheme",
        arguments: [
            ("smtps://mail.example", "smtps://mail.example:465", SMTPServer.Security.implicit),
            ("smtps://mail.example:2465/", "smtps://mail.example:2465", .implicit),
            ("smtp://mail.example", "smtp://mail.example:587", .required),
            ("smtp://127.0.0.1.example:25", "smtp://127.0.0.1.example:25", .required),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025", .tried),
            ("smtp://[::1]:1025", "smtp://[::1]:1025", .tried),
            ("smtp://localhost", "smtp://localhost:587", .tried),
            ("smtp+plain://mail:1025", "smtp+plain://mail:1025", .none),
        ])
    func reading(text: String, printed: String, security: SMTPServer.Security) throws {
        let server = try #require(SMTPServer(text, allowsPlain: true))
        #expect(server.description == printed)
        #expect(server.security == security)
        #expect(server.credentials == nil)
    }

    @Test("has a login, percent-encoded")
    func login() throws {
        let server = try #require(SMTPServer("smtps://us%20er%40x:p%3Ass%2Fw%25rd@mail.example", allowsPlain: false))
        #expect(server.credentials?.user.revealed() == "us er@x")
        #expect(server.credentials?.password.revealed() == "p:ss/w%rd")
        var dumped = ""
        dump(server, to: &dumped)
        for text in ["\(server)", String(reflecting: server), dumped] {
            #expect(!text.contains("ss/w") && !text.contains("us%20er") && !text.contains("us er"))
        }
    }

    @Test(
        "is refused when it is not quite one",
        arguments: [
            "", "mail.example", "smtp://", "http://mail.example", "smtp+tls://mail.example",
            "smtps://user@mail.example", "smtps://:pass@mail.example", "smtps://user:@mail.example",
            "smtps://user:a%zz@mail.example", "smtps://us%0D%0Aer:pass@mail.example", "smtps://user:%FF@mail.example",
            "smtps://mail.example/path", "smtps://mail.example?x=y", "smtps://mail.example#x",
            "smtps://user;AUTH=NTLM:pass@mail.example", "smtps://mail.example:0", "smtps://mail.example:99999",
            "smtps://ma il.example",
        ])
    func refused(text: String) { #expect(SMTPServer(text, allowsPlain: true) == nil) }

    @Test("may be plain only if allowed, even on this machine")
    func plain() {
        #expect(SMTPServer("smtp+plain://mail:1025", allowsPlain: false) == nil)
        #expect(SMTPServer("smtp+plain://127.0.0.1:1025", allowsPlain: false) == nil)
    }
}

@Suite("SMTP envelope")
struct SMTPEnvelopeTests {
    @Test("RFC 5321 4.5.2: dots at the start of lines are doubled, and a dot alone ends the mail")
    func dots() throws {
        #expect(try wire(".\r\n..\r\na.\r\n.b\r\n") == "..\r\n...\r\na.\r\n..b\r\n.\r\n")
        #expect(try wire("no end of line") == "no end of line\r\n.\r\n")
        #expect(try wire("\r\n") == "\r\n.\r\n")
    }

    @Test(
        "is refused when a line end, a byte or a length is ambiguous",
        arguments: [
            "", "a\nb\r\n", "a\rb\r\n", "a\r", "\n", "a\r\n\n.\r\n", "a\r\r\n", "a\0\r\n", "ä\r\n",
            String(repeating: "x", count: 999),
        ])
    func refused(text: String) throws {
        let good = try makeEnvelope("good")
        let bad = SMTPEnvelope(sender: good.sender, recipient: good.recipient, message: Array(text.utf8))
        #expect(bad == nil)
    }

    @Test("takes lines of 998 bytes")
    func longLines() throws {
        let line = String(repeating: "x", count: 998) + "\r\n"
        #expect(try wire(line + line) == line + line + ".\r\n")
    }

    private func wire(_ text: String) throws -> String {
        String(decoding: try makeEnvelope(text).wireBytes, as: UTF8.self)
    }
}

@Suite("SMTP dialogue")
struct SMTPDialogueTests {
    @Test("goes from the sender to the end of the mail")
    func whole() throws {
        var dialogue = try makeDialogue()
        #expect(dialogue.opening == Array("MAIL FROM:<shop@example.com>\r\n".utf8))
        #expect(dialogue.receive(Array("250-a\r\n25".utf8)) == .wait)
        #expect(dialogue.isAtStart)
        #expect(dialogue.receive(Array("0 b\r\n".utf8)) == .send(Array("RCPT TO:<person@example.org>\r\n".utf8)))
        #expect(!dialogue.isAtStart)
        #expect(dialogue.receive(Array("251\r\n".utf8)) == .send(Array("DATA\r\n".utf8)))
        #expect(dialogue.receive(Array("354 go\n".utf8)) == .send(Array("hello\r\n.\r\n".utf8)))
        #expect(dialogue.receive(Array("250 taken\r\n421 bye\r\n".utf8)) == .taken)
    }

    @Test(
        "does not trust a server that sends nonsense or replies ahead",
        arguments: ["hm?\r\n", "\r\n", "25\r\n", "999 x\r\n", "-50 x\r\n", "+50 x\r\n", "250 ok\r\n250 ok\r\n"])
    func nonsense(text: String) throws {
        var dialogue = try makeDialogue()
        #expect(dialogue.receive(Array(text.utf8)) == .failed(.transient(.dropped)))
    }

    @Test("does not listen for ever")
    func endless() throws {
        var dialogue = try makeDialogue()
        let line = [UInt8](repeating: 65, count: 1 << 16)
        #expect(dialogue.receive(line) == .wait)
        #expect(dialogue.receive(line) == .failed(.transient(.dropped)))
    }

    private func makeDialogue() throws -> SMTPDialogue {
        SMTPDialogue(try makeEnvelope("hello"))
    }
}
