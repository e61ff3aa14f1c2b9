import EventLoop
import Kernel
import Orders
import Outbox
import Postgres
import Support
import Testing

@Suite("A mail under way while its order's address is corrected", .freshDatabase, .timeLimit(.minutes(15)))
struct MailUnderWayTests {
    @Test("counts as gone: it is settled as sent when it arrives, and the old address is told of the change")
    func arrives() async throws {
        let server = try await ScriptedServer.start("smtp_server.py")
        try await withRoom(smtp: "smtp+plain://127.0.0.1:\(server.port)") { room in
            let (order, round) = try await room.receiptUnderWay(server)
            let outcome = try await room.fixture.correct(order, "right@example.com")
            #expect(outcome.mails.count == 2)
            #expect(try await room.outbox("Buyer@example.com") == "address_changed pending, receipt dead")
            try await server.tell("go")
            #expect(await round.value != nil)
            try await server.said("mail orders@shop.example Buyer@example.com")
            #expect(try await room.work(after: .seconds(7_200)).dead == 0)
            #expect(try await room.outbox("Buyer@example.com") == "address_changed sent, receipt sent")
            #expect(try await room.outbox("right@example.com") == "receipt sent")
            #expect(try await room.text("SELECT count(*)::text FROM emails WHERE last_error IS NOT NULL") == "0")
            try await server.said("mail orders@shop.example Buyer@example.com", times: 2)
        }
    }

    @Test("stays dropped if it is refused in the end, and the old address is told, since it was tried")
    func refused() async throws {
        let server = try await ScriptedServer.start("smtp_server.py", "message=451 later")
        try await withRoom(smtp: "smtp+plain://127.0.0.1:\(server.port)") { room in
            let (order, round) = try await room.receiptUnderWay(server)
            _ = try await room.fixture.correct(order, "right@example.com")
            try await server.tell("go")
            #expect(await round.value != nil)
            #expect(try await room.outbox("Buyer@example.com").hasSuffix("receipt dead"))
            #expect(
                try await room.text("SELECT last_error FROM emails WHERE kind = 'receipt' AND status = 'dead'")
                    == "the address was put right")
        }
    }
}

extension Room {
    /// Makes a sale whose receipt the server holds; returns its order and the round that sends it.
    fileprivate func receiptUnderWay(_ server: ScriptedServer) async throws -> (OrderID, Task<OutboxReport?, Never>) {
        let sale = try fixture.sale("cs_1")
        _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
        try await server.tell("wait")
        let round = Loop.start { () async -> OutboxReport? in try? await work(after: .seconds(100)) }
        try await server.said("waiting")
        return (sale.order, round)
    }

    /// Kind and status of the mails to an address.
    fileprivate func outbox(_ recipient: String) async throws -> String {
        try await text(
            "SELECT string_agg(kind || ' ' || status, ', ' ORDER BY kind) FROM emails WHERE recipient = \(recipient)")
    }
}
