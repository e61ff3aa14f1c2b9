import EventLoop
import Kernel
import Outbound
import Support
import Testing

@Suite("SMTP check", .serialized, .timeLimit(.minutes(15)))
struct SMTPCheckTests {
    @Test("connects, quits and sends no mail")
    func plain() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_server.py")
            let setting = try #require(SMTPServer("smtp://127.0.0.1:\(server.port)", allowsPlain: false))
            try await SMTPClient(setting).check(as: try #require(EmailAddress("shop@example.com")))
            try await server.said("session example.com plain")
            try await server.said("quit")
            #expect(server.count("mail") == 0)
        }
    }

    @Test("logs in over TLS and sends no mail")
    func good() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_server.py", "starttls", "auth")
            let text = "smtp://us%20er%40x:p%3Ass%2Fw%25rd@localhost:\(server.port)"
            let setting = try #require(SMTPServer(text, allowsPlain: false))
            let sender = try #require(EmailAddress("shop@example.com"))
            try await SMTPClient(setting, caFile: server.certificate).check(as: sender)
            try await server.said("login PLAIN good")
            #expect(server.count("mail") == 0)
        }
    }

    @Test("a rejected login is reported")
    func bad() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_server.py", "auth")
            let setting = try #require(SMTPServer("smtp://user:wrong@127.0.0.1:\(server.port)", allowsPlain: false))
            let sender = try #require(EmailAddress("shop@example.com"))
            await #expect(throws: SMTPFault.misconfigured(code: 535)) {
                try await SMTPClient(setting).check(as: sender)
            }
        }
    }
}
