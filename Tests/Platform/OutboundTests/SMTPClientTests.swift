import EventLoop
import JSON
import Kernel
import Outbound
import Support
import Testing

@Suite("SMTP client with a real server", .serialized, .timeLimit(.minutes(15)))
struct SMTPClientTests {
    @Test("delivers a mail byte for byte, dots included, and gives the sender's domain in EHLO")
    func content() async throws {
        try await withServer { server in
            let text = ".first\r\n..\r\n.\r\nmiddle . dot\r\n\r\n.\r\nlast.\r\n"
            try await SMTPClient(server.plain()).deliver(makeEnvelope(text))
            try await server.said("session example.com plain")
            try await server.said("mail shop@example.com person@example.org \(json(text))")
        }
    }

    @Test("delivers a megabyte of dots")
    func large() async throws {
        try await withServer { server in
            let text = String(repeating: String(repeating: ".", count: 510) + "\r\n", count: 2048)
            try await SMTPClient(server.plain()).deliver(makeEnvelope(text))
            try await server.said("mail shop@example.com person@example.org \(json(text))")
        }
    }

    @Test("sends several mails over one session, and says goodbye at the end")
    func reuse() async throws {
        try await withServer { server in
            var client: SMTPClient? = SMTPClient(try server.plain())
            for number in 0..<5 { try await client?.deliver(makeEnvelope("mail \(number)\r\n")) }
            try await server.said("mail", times: 5)
            #expect(server.count("session") == 1)
            client = nil
            try await server.said("quit")
        }
    }

    @Test("sends mails at the same time")
    func concurrent() async throws {
        try await withServer { server in
            let client = SMTPClient(try server.plain())
            let mails = try (0..<10).map { try start(client, mail: "mail \($0)\r\n") }
            for mail in mails { #expect(await mail.task.value == nil) }
            try await server.said("mail", times: 10)
        }
    }

    @Test("STARTTLS needs a certificate that we trust")
    func startTLS() async throws {
        try await withServer("starttls") { server in
            let setting = try #require(SMTPServer("smtp://localhost:\(server.port)", allowsPlain: false))
            await #expect(throws: SMTPFault.transient(.tls)) {
                try await SMTPClient(setting).deliver(makeEnvelope("no\r\n"))
            }
            #expect(server.count("mail") == 0)
            try await SMTPClient(setting, caFile: server.certificate).deliver(makeEnvelope("yes\r\n"))
            try await server.said("session example.com tls")
            try await server.said("mail")
        }
    }

    @Test("TLS from the start needs a certificate that we trust")
    func implicitTLS() async throws {
        try await withServer("tls") { server in
            let setting = try #require(SMTPServer("smtps://localhost:\(server.port)", allowsPlain: false))
            await #expect(throws: SMTPFault.transient(.tls)) {
                try await SMTPClient(setting).deliver(makeEnvelope("no\r\n"))
            }
            try await SMTPClient(setting, caFile: server.certificate).deliver(makeEnvelope("yes\r\n"))
            try await server.said("mail")
        }
    }

    @Test("a server without STARTTLS gets no mail, unless it is this machine")
    func noStartTLS() async throws {
        try await withServer { server in
            // This machine, under an address that is not recognized as loopback.
            let remote = try #require(SMTPServer("smtp://0.0.0.0:\(server.port)", allowsPlain: false))
            await #expect(throws: SMTPFault.transient(.tls)) {
                try await SMTPClient(remote).deliver(makeEnvelope("no\r\n"))
            }
            #expect(server.count("mail") == 0)
            let local = try #require(SMTPServer("smtp://127.0.0.1:\(server.port)", allowsPlain: false))
            try await SMTPClient(local).deliver(makeEnvelope("yes\r\n"))
            try await server.said("mail")
        }
    }

    @Test("logs in over TLS, once a session")
    func login() async throws {
        try await withServer("starttls", "auth") { server in
            let text = "smtp://us%20er%40x:p%3Ass%2Fw%25rd@localhost:\(server.port)"
            let setting = try #require(SMTPServer(text, allowsPlain: false))
            let client = SMTPClient(setting, caFile: server.certificate)
            for _ in 0..<2 { try await client.deliver(makeEnvelope("hello\r\n")) }
            try await server.said("mail", times: 2)
            #expect(server.lines.filter { $0.hasPrefix("login") } == ["login PLAIN good"])
        }
    }

    @Test("a bad login and a missing one are faults of the settings, not of the mail")
    func badLogin() async throws {
        try await withServer("auth") { server in
            let bad = try server.plain("user:wrong@")
            await #expect(throws: SMTPFault.misconfigured(code: 535)) {
                try await SMTPClient(bad).deliver(makeEnvelope("no\r\n"))
            }
            await #expect(throws: SMTPFault.misconfigured(code: 530, status: EnhancedStatus(5, 7, 0))) {
                try await SMTPClient(server.plain()).deliver(makeEnvelope("no\r\n"))
            }
            #expect(server.count("mail") == 0)
        }
    }

    @Test("a server without AUTH gets no mail when we have a login")
    func unofferedLogin() async throws {
        try await withServer { server in
            let setting = try server.plain("user:password@")
            await #expect(throws: SMTPFault.misconfigured(code: nil)) {
                try await SMTPClient(setting).deliver(makeEnvelope("no\r\n"))
            }
            #expect(server.count("mail") == 0)
        }
    }

    @Test("a closed port and an unknown name are reported as no connection")
    func noConnection() async throws {
        try await onLoop {
            for text in ["smtp://127.0.0.1:1", "smtps://no-such-host.invalid"] {
                let setting = try #require(SMTPServer(text, allowsPlain: false))
                await #expect(throws: SMTPFault.transient(.couldNotConnect)) {
                    try await SMTPClient(setting).deliver(makeEnvelope("no\r\n"))
                }
            }
        }
    }
}

@Suite("SMTP client with a server that follows a script", .serialized, .timeLimit(.minutes(15)))
struct SMTPScriptTests {
    @Test(
        "5xx is permanent to RCPT, unclear after it, a fault of the configuration before it, and 4xx is transient",
        arguments: [
            ("greeting", SMTPFault.misconfigured(code: 550)), ("mail", .misconfigured(code: 550)),
            ("rcpt", .permanent(code: 550)), ("data", .unclear(code: 550)), ("message", .unclear(code: 550)),
        ])
    func refusals(stage: String, fault: SMTPFault) async throws {
        #expect(try await outcome(stage, "550") == fault)
        #expect(try await outcome(stage, "451") == .transient(.reply(451)))
    }

    @Test(
        "the deadline holds wherever the server stops",
        arguments: ["greeting", "ehlo", "mail", "rcpt", "data", "message"],
        ["hang", "trickle"])
    func deadline(stage: String, behaviour: String) async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", stage, behaviour)
            let client = SMTPClient(try server.plain(), totalTimeout: .milliseconds(300))
            #expect(try await start(client).task.value == .transient(.timedOut))
            try await server.said("closed")
        }
    }

    @Test(
        "the loop runs while the server makes us wait, and cancelling ends that at once",
        arguments: ["greeting", "ehlo", "mail", "rcpt", "data", "message"])
    func waiting(stage: String) async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", stage, "hang")
            let delivery = try start(
                SMTPClient(try server.plain(), connectTimeout: .seconds(3600), totalTimeout: .seconds(3600)))
            try await server.said("waiting \(stage)")
            try await ticks(20)
            #expect(!delivery.isOver)
            delivery.task.cancel()
            #expect(await delivery.task.value == .transient(.cancelled))
            try await server.said("closed")
        }
    }

    @Test(
        "a broken connection is transient, and so is a lost reply to the whole mail",
        arguments: ["greeting", "ehlo", "mail", "rcpt", "data", "message"])
    func drops(stage: String) async throws {
        #expect(try await outcome(stage, "drop") == .transient(.dropped))
    }

    @Test("nonsense, endless replies and acceptance ahead of the mail are not trusted")
    func nonsense() async throws {
        for stage in ["mail", "rcpt", "data", "message"] {
            #expect(try await outcome(stage, "nonsense") == .transient(.dropped))
        }
        #expect(try await outcome("mail", "endless") == .transient(.dropped))
        #expect(try await outcome("message", "early", mail: large) == .transient(.dropped))
    }

    @Test("a session closed by the server while idle is replaced, and no mail is lost")
    func stale() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", "second", "drop")
            let client = SMTPClient(try server.plain())
            for _ in 0..<3 { try await client.deliver(makeEnvelope("hello\r\n")) }
            #expect(server.count("connection") == 3)
        }
    }

    @Test("a session that the server closes as the next mail starts is replaced too", arguments: ["drop", "421"])
    func staleAtMail(behaviour: String) async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", "again", behaviour)
            let client = SMTPClient(try server.plain())
            for _ in 0..<2 { try await client.deliver(makeEnvelope("hello\r\n")) }
            #expect(server.count("connection") == 2)
        }
    }

    @Test("a mail refused in a kept session is not retried")
    func refusedAtMail() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", "again", "450")
            let client = SMTPClient(try server.plain())
            try await client.deliver(makeEnvelope("hello\r\n"))
            #expect(try await start(client).task.value == .transient(.reply(450)))
            #expect(server.count("connection") == 1)
        }
    }

    @Test("QUIT is sent without waiting for the reply")
    func goodbye() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", "none", "0")
            var client: SMTPClient? = SMTPClient(try server.plain())
            try await client?.deliver(makeEnvelope("hello\r\n"))
            client = nil
            try await server.said("waiting quit")
            try await server.said("closed")
        }
    }

    private let large = String(repeating: String(repeating: "x", count: 998) + "\r\n", count: 16_000)

    /// Returns the result of a delivery to such a server.
    private func outcome(_ stage: String, _ behaviour: String, mail: String = "hello\r\n") async throws -> SMTPFault? {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", stage, behaviour)
            return try await start(SMTPClient(server.plain()), mail: mail).task.value
        }
    }
}

/// A delivery in progress.
@Loop
final class Delivery {
    private(set) var isOver = false
    private(set) var task = Task<SMTPFault?, Never> { nil }

    init(_ client: SMTPClient, _ mail: SMTPEnvelope) {
        task = Loop.start {
            defer { self.isOver = true }
            do throws(SMTPFault) { try await client.deliver(mail) } catch { return error }
            return nil
        }
    }
}

@Loop
func start(_ client: SMTPClient, mail: String = "hello\r\n") throws -> Delivery {
    Delivery(client, try makeEnvelope(mail))
}

func withServer(_ words: String..., body: @escaping @Loop @Sendable (ScriptedServer) async throws -> Void)
    async throws
{
    try await onLoop {
        try await body(ScriptedServer.start("smtp_server.py", words))
    }
}

extension ScriptedServer {
    /// Returns the setting for this server without TLS.
    func plain(_ login: String = "") throws -> SMTPServer {
        try #require(SMTPServer("smtp+plain://\(login)127.0.0.1:\(port)", allowsPlain: true))
    }
}

private func json(_ text: String) -> String { JSONValue.string(text).text.replacingLineEnds() }

extension String {
    /// Python writes a carriage return as `\r`, we write it as `\u000d`.
    fileprivate func replacingLineEnds() -> String { split(separator: "\\u000d").joined(separator: "\\r") }
}
