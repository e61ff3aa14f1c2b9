import EventLoop
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

    @Test("the reason names the code and the enhanced code, and nothing else of the reply")
    func reason() async throws {
        try await withServer("message=550-5.4.5 Daily limit|550 5.4.5 of orders@shop.example") { server in
            let fault = try await start(SMTPClient(server.plain())).task.value
            #expect(fault == .misconfigured(code: 550, status: EnhancedStatus(5, 4, 5)))
            #expect(fault?.description == "the mail server does not accept our login or sender (550 5.4.5)")
        }
    }
}
