import Audit
import EmailMessage
import EventLoop
import Fulfilment
import Kernel
import Licensing
import Log
import OrderMails
import Orders
import Outbox
import Postgres
import Settings
import Support
import Testing

@Suite("OutboxWorker", .freshDatabase)
struct OutboxWorkerTests {
    @Test("a mail left behind by a killed webhook is sent once its lease is over, with a fresh grant")
    func leftBehind() async throws {
        try await withRoom { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            #expect(try await room.work(after: .zero) == OutboxReport())
            let report = try await room.work(after: .seconds(61))
            #expect(report.sent == 1)
            #expect(try await room.text("SELECT status || ' ' || attempts FROM emails") == "sent 2")
            #expect(try await room.text("SELECT count(*)::text FROM download_grants") == "2")
            #expect(try await room.work(after: .seconds(7_200)) == OutboxReport())
        }
    }

    @Test("a server that is away postpones with growing pauses and gives up after the last attempt, as an alert")
    func away() async throws {
        try await withRoom(smtp: "smtp://127.0.0.1:1", attempts: 3) { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            #expect(try await room.work(after: .seconds(100)).postponed == 1)
            #expect(try await room.text("SELECT status || ' ' || attempts FROM emails") == "pending 2")
            #expect(try await room.work(after: .seconds(100)) == OutboxReport())
            #expect(try await room.work(after: .seconds(86_400)).dead == 1)
            #expect(try await room.text("SELECT status FROM emails") == "dead")
            #expect(room.log.text.contains("mail given up"))
        }
    }

    @Test("a mail that cannot be written is an error at once: it is the settings that must be mended")
    func unwritable() async throws {
        try await withRoom { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            _ = try await room.fixture.pool.run(Statement<Int>.affected("UPDATE licenses SET key_version = 9"))
            #expect(try await room.work(after: .seconds(100)).postponed == 1)
            #expect(room.log.text.contains(#""severity":"ERROR""#))
        }
    }

    @Test("a mail of a kind that nobody renders is an error, and goes once somebody does")
    func unknownKind() async throws {
        try await withRoom { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            _ = try await room.fixture.pool.run(Statement<Int>.affected("UPDATE emails SET kind = 'invoice'"))
            #expect(try await room.work(after: .seconds(100)).postponed == 1)
            #expect(room.log.text.contains(#""severity":"ERROR""#) && room.log.text.contains("no mail of kind invoice"))
            _ = try await room.fixture.pool.run(Statement<Int>.affected("UPDATE emails SET kind = 'receipt'"))
            #expect(try await room.work(after: .seconds(7_200)).sent == 1)
        }
    }

    @Test("nothing is sent about an order that was closed meanwhile")
    func closed() async throws {
        try await withRoom { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            _ = try await room.fixture.pool.run(Statement<Int>.affected("UPDATE licenses SET status = 'revoked'"))
            #expect(try await room.work(after: .seconds(100)).dropped == 1)
        }
    }

    @Test("nothing is sent to an address that was corrected meanwhile, of this order or of others")
    func corrected() async throws {
        try await withRoom { room in
            let sale = try room.fixture.sale("cs_1")
            _ = try await room.fixture.apply(sale, room.fixture.entitlement(), event: "evt_1")
            _ = try await room.fixture.pool.run(
                Statement<Int>.affected("UPDATE emails SET kind = 'resend', attempts = 0"))
            _ = try await room.fixture.correct(sale.order, "ada@example.com")
            _ = try await room.fixture.pool.run(
                Statement<Int>.affected("UPDATE emails SET status = 'pending' WHERE recipient <> 'ada@example.com'"))
            let report = try await room.work(after: .seconds(100))
            #expect(report.sent == 1)
            #expect(report.dropped == 1)
            #expect(try await room.text("SELECT recipient FROM emails WHERE status = 'sent'") == "ada@example.com")
        }
    }

    @Test("a replaced key is mailed with all that works now, and the old one never again")
    func reissued() async throws {
        try await withRoom { room in
            let sale = try room.fixture.sale("cs_1")
            let entitlement = room.fixture.entitlement()
            _ = try await room.fixture.apply(sale, entitlement, event: "evt_1")
            let context = AuditContext(.operator("eve"), from: "desk", because: "test", at: room.fixture.now)
            let license = try #require(entitlement.licenses.first).id
            let key = NewKey(
                previousReissues: 0, version: 1, hash: room.fixture.shop.uuid.bytes + room.fixture.shop.uuid.bytes,
                lastFour: "WXYZ")
            let mail = EmailID(at: room.fixture.now)
            let reissue = try await room.fixture.pool.run(
                LicenseChangeStatements.reissue(license, key, mail: mail, by: context))
            #expect(reissue?.hasMail == true)
            let claimed = try await room.fixture.pool.run(
                OutboxStatements.claim(
                    limit: 1, leaseUntil: room.fixture.now + .seconds(1), at: room.fixture.now))
            #expect(claimed.map(\.kind.rawValue) == ["key_reissued"])
            let text = try await room.written(try #require(claimed.first))
            #expect(text.contains(try room.key(license, reissues: 1)))
            #expect(!text.contains(try room.key(license, reissues: 0)))
        }
    }

    @Test("a mail about a product that came to the catalog a moment ago is sent")
    func newProduct() async throws {
        try await withRoom { room in
            _ = try await room.fixture.apply(room.fixture.sale("cs_1"), room.fixture.entitlement(), event: "evt_1")
            #expect(try await room.work(after: .seconds(61)).sent == 1)
            var sale = try room.fixture.sale("cs_new")
            let product = ProductID(at: room.fixture.now)
            sale.lines[0].product = product
            try await room.fixture.addProduct(product)
            _ = try await room.fixture.apply(sale, room.fixture.entitlement(), event: "evt_2")
            #expect(try await room.work(after: .seconds(61)).sent == 1)
        }
    }

    @Test("a row whose recipient is no address is given up, as an alert, and holds up none of the others")
    func noAddress() async throws {
        try await withRoom { room in
            for (index, session) in ["cs_bad", "cs_good_1"].enumerated() {
                let sale = try room.fixture.sale(session)
                _ = try await room.fixture.apply(sale, room.fixture.entitlement(), event: "evt_\(index)")
            }
            _ = try await room.fixture.pool.run(
                Statement<Int>.affected(
                    """
                    UPDATE emails SET recipient = 'nobody at all'
                    WHERE order_id = (SELECT id FROM orders WHERE stripe_session_id = 'cs_bad')
                    """))
            let report = try await room.work(after: .seconds(61))
            #expect(report.sent == 1)
            #expect(report.dead == 1)
            #expect(try await room.text("SELECT string_agg(status, ' ' ORDER BY status) FROM emails") == "dead sent")
            #expect(room.log.text.contains("its recipient is no address"))
        }
    }

    @Test("forty mails and four workers at once: each mail is sent once")
    func together() async throws {
        try await withRoom { room in
            for index in 0..<40 {
                _ = try await room.fixture.apply(
                    room.fixture.sale("cs_\(String(repeating: "x", count: index))"), room.fixture.entitlement(),
                    event: "evt_\(index)")
            }
            let rooms = (0..<4).map { _ in
                Loop.start { () async -> Int in (try? await room.work(after: .seconds(100)).sent) ?? 0 }
            }
            var sent = 0
            for room in rooms { sent += await room.value }
            #expect(sent == 40)
            #expect(try await room.text("SELECT max(attempts)::text FROM emails") == "2")
        }
    }
}
