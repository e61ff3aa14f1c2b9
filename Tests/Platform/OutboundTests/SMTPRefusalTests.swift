import EventLoop
import Kernel
import Outbound
import Support
import Testing

@Suite("SMTP client and the refusals of providers", .timeLimit(.minutes(15)))
struct SMTPRefusalTests {
    @Test("a refusal is read with its enhanced status code, on any of its lines", arguments: ProviderReply.all)
    func provider(reply: ProviderReply) async throws {
        try await withServer("\(reply.stage)=\(reply.reply)") { server in
            let fault = try await start(SMTPClient(server.plain())).task.value
            switch (fault, reply.subject) {
            case (.permanent, .mailbox), (.misconfigured, .sender), (.unclear, .unclear): break
            default: Issue.record("\(reply.reply) is \(String(describing: fault))")
            }
            try await server.tell("accept")
            #expect(try await start(SMTPClient(server.plain())).task.value == nil)
        }
    }

    @Test("a recipient beyond ASCII is sent to with SMTPUTF8 where the server says it, in a kept session too")
    func international() async throws {
        try await withServer("utf8") { server in
            let client = SMTPClient(try server.plain())
            try await client.deliver(makeEnvelope("plain\r\n"))
            try await client.deliver(try wide("To: jürgen@example.org\r\n\r\nhello\r\n"))
            try await client.deliver(makeEnvelope("plain\r\n"))
            try await server.said("mail", times: 3)
            #expect(server.count("mail shop@example.com jürgen@example.org") == 1)
        }
    }

    @Test("a recipient beyond ASCII is not sent to where the server does not say SMTPUTF8, and other mails are")
    func internationalElsewhere() async throws {
        try await withServer { server in
            let client = SMTPClient(try server.plain())
            await #expect(throws: SMTPFault.needsSMTPUTF8) { try await client.deliver(try wide("hello\r\n")) }
            try await client.deliver(makeEnvelope("plain\r\n"))
            try await server.said("mail")
            #expect(server.count("mail") == 1)
        }
    }

    /// A mail to a recipient beyond ASCII.
    private func wide(_ text: String) throws -> SMTPEnvelope {
        let recipient = try #require(EmailAddress(stored: "jürgen@example.org"))
        let sender = try #require(EmailAddress("shop@example.com"))
        #expect(SMTPEnvelope(sender: recipient, recipient: sender, message: Array("hello\r\n".utf8)) == nil)
        return try #require(SMTPEnvelope(sender: sender, recipient: recipient, message: Array(text.utf8)))
    }

    @Test("the reason names the code and the enhanced code, and nothing else of the reply")
    func reason() async throws {
        try await withServer("message=550-5.4.5 Daily limit|550 5.4.5 of orders@shop.example") { server in
            let fault = try await start(SMTPClient(server.plain())).task.value
            #expect(fault == .misconfigured(code: 550, status: EnhancedStatus(5, 4, 5)))
            #expect(fault?.description == "the mail server does not accept our login or sender (550 5.4.5)")
        }
    }
}
