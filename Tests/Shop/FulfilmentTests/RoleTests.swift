import Catalog
import Downloads
import EventLoop
import Kernel
import OrderMails
import Orders
import Outbox
import Postgres
import RateLimiting
import Reconciliation
import Support
import Testing

@testable import Fulfilment

@Suite("Roles", .freshDatabase)
struct RoleTests {
    @Test("the checkout's role runs the checkout's statements")
    func checkout() async throws {
        try await withFixture(as: "checkout") { fixture, pool in
            for session in ["cs_1", nil] {
                let order = OrderID(at: fixture.now)
                let begin = CheckoutStatements.begin(
                    order: order, product: "genx-delay", quantity: 1, email: nil, isLive: false, at: fixture.now,
                    behind: .roomy(at: fixture.now))
                let terms = try await pool.run(begin).get().output
                #expect(terms != nil)
                if let session {
                    let attached = try await pool.run(CheckoutStatements.attach(session: session, to: order))
                    #expect(attached == 1)
                }
                let abandoned = try await pool.run(CheckoutStatements.abandon(order))
                #expect(abandoned == (session == nil ? 1 : 0))
            }
        }
    }

    @Test(
        "whoever makes a sale has a role that makes it and settles its mail",
        arguments: ["webhook", "orders", "reconcile"])
    func sale(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            _ = try await pool.run(CatalogStatements.load)
            for (index, update) in [CheckoutUpdate.unpaid, .paid].enumerated() {
                let sale = try fixture.sale("cs_1", update)
                let outcome = try await pool.run(
                    FulfilmentStatements.lock(sale),
                    FulfilmentStatements.apply(
                        sale, of: fixture.shop, fixture.entitlement(update == .paid ? 1 : 0),
                        from: fixture.entry("evt_\(index)"),
                        mailLeasedUntil: fixture.now, by: "function:\(role)", at: fixture.now)
                ).1
                #expect(outcome.status == update.target)
            }
            try await settleEveryWay(pool, fixture)
        }
    }

    @Test("a function that processes events has a role that writes the ledger", arguments: ["webhook", "reconcile"])
    func ledger(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            for _ in 0..<2 {
                let failed = try await pool.run(LedgerStatements.fail(fixture.entry("evt_1"), why: "test"))
                #expect(failed == 1)
            }
            _ = try await pool.run(LedgerStatements.ignore(fixture.entry("evt_1"), why: "test"))
            _ = try await pool.run(LedgerStatements.ignore(fixture.entry("evt_2"), why: "test"))
        }
    }

    @Test(
        "a function that makes sales has a role that parks, also what was told before the sale in another currency",
        arguments: ["webhook", "orders", "reconcile"])
    func parks(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            let parking = EventParking(pool: pool, log: silentLog)
            for isNews in [true, false] {
                let fault = FulfilmentFault.misconfigured("test")
                #expect(try await parking(fixture.entry("evt_1"), about: nil, because: fault) == isNews)
            }
            let refund = PaymentUpdate.refund(id: "re_1", amount: 100, .succeeded, at: fixture.now)
            _ = try await fixture.pool.run(
                PaymentEventStatements.record(
                    refund, in: Currency("jpy"), of: "pi_cs_1", from: fixture.entry("evt_2")))
            let usd = try #require(Currency("usd"))
            let parked = try await pool.run(ParkingStatements.parkFacts(of: "pi_cs_1", notIn: usd, why: "test"))
            #expect(parked == ["evt_2"])
            #expect(try await pool.run(ParkingStatements.parked(among: ["evt_1", "evt_2", "evt_3"])).count == 2)
        }
    }

    @Test("a function that processes payments has a role that settles orders", arguments: ["webhook", "reconcile"])
    func payments(role: String) async throws {
        try await withFixture(as: role) { fixture, pool in
            _ = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            let updates: [PaymentUpdate] = [
                .refundTotal(100, at: fixture.now), .refund(id: "re_1", amount: 100, .succeeded, at: fixture.now),
                .dispute(id: "dp_1", .open, at: fixture.now),
            ]
            for (index, update) in updates.enumerated() {
                let outcome = try await pool.run(
                    PaymentEventStatements.record(update, of: "pi_cs_1", from: fixture.entry("evt_p\(index)")),
                    PaymentStatements.settle(
                        "pi_cs_1", PaymentMails(at: fixture.now), mailLeasedUntil: fixture.now,
                        by: "function:\(role)", at: fixture.now)
                ).1
                #expect((outcome != nil) == (index != 1))
            }
            let order = try fixture.sale("cs_1").order
            let noted = try await pool.run(
                PaymentEventStatements.noteFailure(
                    "card_declined", order: order, at: fixture.now, from: fixture.entry("evt_f")))
            #expect(noted == 1)
            let warned = try await pool.run(
                PaymentEventStatements.noteWarning(payment: "pi_cs_1", from: fixture.entry("evt_w")))
            #expect(warned.order == order && warned.isNews)
            let leased: [EmailID] = try await fixture.pool.run(
                .rows("SELECT id FROM emails") { row throws(PostgresFault) in try row.id(0) })
            _ = try await pool.run(
                OutboxStatements.leased(leased, leaseUntil: fixture.now + .seconds(90), at: fixture.now))
        }
    }

    @Test("reconcile's role compares, remembers where it was, and looks at the invariants")
    func reconcile() async throws {
        try await withFixture(as: "reconcile") { fixture, pool in
            _ = try await pool.run(LedgerStatements.fail(fixture.entry("evt_1"), why: "test"))
            for id in try await pool.run(UnhandledStatements.waiting(types: ["x"], limit: 5)) {
                let event = try await pool.run(UnhandledStatements.event(id))
                #expect(event?.id == "evt_1")
            }
            _ = try await pool.run(UnhandledStatements.unknown(among: ["evt_1"]))
            _ = try await pool.run(ComparisonStatements.sales(["cs_1"]))
            let refund = ReportedFact(id: "x", amount: 1, status: RefundStatus.pending)
            _ = try await pool.run(ComparisonStatements.differing(refunds: [refund]))
            let dispute = ReportedFact(id: "x", amount: 0, status: DisputeStatus.open)
            _ = try await pool.run(ComparisonStatements.differing(disputes: [dispute]))
            for waiting in [
                ComparisonStatements.awaitingPayment(limit: 1), ComparisonStatements.pendingRefunds(limit: 1),
                ComparisonStatements.openDisputes(limit: 1),
            ] { _ = try await pool.run(waiting) }
            _ = try await pool.run(
                ComparisonStatements.paidOrders(from: fixture.now, to: fixture.now, behind: nil, limit: 1))
            for _ in 0..<2 {
                _ = try await pool.run(ReconcileStatements.advance("x", to: fixture.now, at: fixture.now))
            }
            let mark = try await pool.run(ReconcileStatements.watermark("x"))
            #expect(mark == fixture.now)
            for invariant in Invariant.allCases {
                _ = try await pool.run(InvariantStatements.violations(of: invariant, quietHours: 6, at: fixture.now))
            }
        }
    }

    @Test("the retry's role claims mails, grants downloads and settles")
    func emailRetry() async throws {
        try await withFixture(as: "email_retry") { fixture, pool in
            _ = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            _ = try await pool.run(CatalogStatements.load)
            _ = try await fixture.pool.run(
                ResendStatements.record(
                    for: try #require(EmailAddress("buyer@example.com")), at: fixture.now,
                    behind: .roomy(at: fixture.now)))
            let taken = try await pool.run(ResendStatements.process(limit: 5, at: fixture.now))
            #expect(taken == 1)
            #expect(try await fixture.counts().emails == 2)
            let later = fixture.now + .seconds(61)
            let claimed = try await pool.run(OutboxStatements.claim(limit: 5, leaseUntil: later, at: later))
            let purchases = try await pool.run(PurchaseStatements.purchases(of: claimed.map(\.id)))
            let order = try #require(purchases.first?.1.order)
            let granted = try await pool.run(
                GrantStatements.issue([LineGrant(grant: fixture.entitlement().grant, order: order)], at: later))
            #expect(granted == 1)
            try await settleEveryWay(pool, fixture)
        }
    }

    @Test("the order page's role shows orders and notes requests for lost mails")
    func orders() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            _ = try await fixture.apply(fixture.sale("cs_1"), fixture.entitlement(), event: "evt_1")
            let order = try await pool.run(
                OrderPageStatements.order(session: "cs_1", keyMails: OrderMailKind.withKeys, at: fixture.now))
            #expect(order != nil)
            let buyer = try #require(EmailAddress("buyer@example.com"))
            let asked = try await pool.run(
                ResendStatements.record(for: buyer, at: fixture.now, behind: .roomy(at: fixture.now))
            ).get().verdict.isAdmitted
            #expect(asked)
        }
    }

    @Test("the order page's role puts an address right")
    func correction() async throws {
        try await withFixture(as: "orders") { fixture, pool in
            let sale = try fixture.sale("cs_1")
            _ = try await fixture.apply(sale, fixture.entitlement(), event: "evt_1")
            let outcome = try await fixture.correct(sale.order, "ada@example.com", .buyer, through: pool)
            // The receipt, and the notice to the address whose receipt may be under way.
            #expect(outcome.mails.count == 2)
        }
    }

    @Test("the download's role shows a link's page and uses the link")
    func download() async throws {
        try await withFixture(as: "download") { fixture, pool in
            let entitlement = fixture.entitlement()
            try await fixture.publish("1.0.0")
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let overview = try await pool.run(DownloadStatements.overview(entitlement.grant.id, at: fixture.now))
            #expect(overview != nil)
            let use = DownloadStatements.use(
                entitlement.grant.id, file: "GenX-1.0.0.zip", at: fixture.now, behind: .roomy(at: fixture.now))
            let artifact = try await pool.run(use).get().output
            #expect(artifact != nil)
        }
    }

    @Test(
        "no role can do what its function never does",
        arguments: [
            ("checkout", "SELECT email FROM orders"), ("checkout", "UPDATE orders SET amount_total = 0"),
            ("checkout", "SELECT FROM licenses"), ("checkout", "SELECT FROM customers"),
            ("webhook", "UPDATE emails SET recipient = 'x'"), ("webhook", "UPDATE customers SET email = 'x'"),
            ("webhook", "UPDATE webhook_events SET payload = 'x'"), ("webhook", "UPDATE licenses SET key_version = 2"),
            ("orders", "UPDATE emails SET recipient = 'x'"), ("orders", "UPDATE customers SET email = 'x'"),
            ("orders", "UPDATE webhook_events SET payload = 'x'"), ("orders", "UPDATE prices SET unit_amount = 1"),
            ("orders", "SELECT FROM resend_requests"), ("orders", "DELETE FROM resend_requests"),
            ("orders", "UPDATE customers SET resend_queued_at = now()"),
            ("orders", "UPDATE orders SET created_at = now()"),
            ("orders", "UPDATE download_grants SET uses = 0"), ("orders", "SELECT FROM audit_log"),
            ("email_retry", "UPDATE emails SET recipient = 'x'"), ("email_retry", "SELECT name FROM customers"),
            ("email_retry", "UPDATE customers SET email = 'x'"), ("webhook", "SELECT FROM resend_requests"),
            ("email_retry", "UPDATE orders SET status = 'paid'"), ("download", "SELECT FROM emails"),
            ("download", "UPDATE download_grants SET max_uses = 9"), ("download", "DELETE FROM download_grants"),
            ("orders", "UPDATE download_grants SET file_uses = '{}'"),
            ("checkout", "DELETE FROM rate_limits"), ("download", "UPDATE rate_limits SET key = ''"),
            ("email_retry", "INSERT INTO rate_limits VALUES ('', now())"), ("webhook", "TRUNCATE rate_limits"),
            ("webhook", "DELETE FROM orders"), ("orders", "DELETE FROM emails"), ("webhook", "DELETE FROM audit_log"),
            ("reconcile", "UPDATE emails SET recipient = 'x'"), ("reconcile", "UPDATE customers SET email = 'x'"),
            ("reconcile", "UPDATE webhook_events SET payload = 'x'"),
            ("reconcile", "UPDATE licenses SET key_version = 2"),
            ("reconcile", "UPDATE licenses SET held_at = NULL"), ("reconcile", "UPDATE prices SET unit_amount = 1"),
            ("reconcile", "DELETE FROM reconcile_marks"), ("reconcile", "SELECT FROM audit_log"),
            ("webhook", "SELECT FROM reconcile_marks"), ("download", "SELECT status FROM orders"),
            ("download", "SELECT key_last_four FROM licenses"), ("webhook", "SELECT key_hash FROM licenses"),
            ("orders", "SELECT key_hash FROM licenses"), ("email_retry", "SELECT key_hash FROM licenses"),
            ("reconcile", "SELECT key_hash FROM licenses"), ("webhook", "SELECT payload FROM webhook_events"),
            ("orders", "SELECT payload FROM webhook_events"), ("webhook", "UPDATE orders SET created_at = now()"),
            ("webhook", "UPDATE orders SET email_corrections = 0"), ("reconcile", "UPDATE orders SET shop_id = id"),
            ("email_retry", "SELECT stripe_session_id FROM orders"),
            ("checkout", "SELECT stripe_session_id FROM orders"),
            ("webhook", "UPDATE refunds SET stripe_payment_intent_id = 'x'"),
            ("reconcile", "UPDATE disputes SET stripe_payment_intent_id = 'x'"),
        ])
    func refused(role: String, statement: String) async throws {
        try await withFixture { _ in }
        try await withLogin(of: "latchkey_\(role)") { settings in
            try await withOpen({ try await Connection.open(settings) }) { connection in
                let fault = await #expect(throws: PostgresFault.self) {
                    try await connection.execute(script: statement)
                }
                #expect(fault?.state == "42501", "\(role): \(statement)")
            }
        }
    }
}

/// Every end that a mail's attempt can have.
@Loop
private func settleEveryWay(_ pool: Pool, _ fixture: Fixture) async throws {
    let mails = Statement<[EmailID]>.rows("SELECT id FROM emails") { row throws(PostgresFault) in try row.id(0) }
    let mail = try #require(try await fixture.pool.run(mails).first)
    let pending: SQL = "UPDATE emails SET status = 'pending', attempts = 1"
    _ = try await fixture.pool.run(Statement<Int>.affected(pending))
    let postponed = try await pool.run(
        SettlementStatements.postponed(mail, attempt: 1, for: .seconds(1), because: "test", at: fixture.now))
    #expect(postponed == 1)
    let dead = try await pool.run(SettlementStatements.dead(mail, attempt: 1, because: "test"))
    #expect(dead == 1)
    _ = try await fixture.pool.run(Statement<Int>.affected(pending))
    let refusal = EmailRefusal(subject: .sender, isFinal: false, pause: .seconds(1), reason: "test")
    let refused = try await pool.run(SettlementStatements.refused(mail, attempt: 1, refusal, at: fixture.now))
    #expect(refused == EmailSettlement(isRecorded: true, hold: .opened))
    let sent = try await pool.run(SettlementStatements.sent(mail, at: fixture.now))
    #expect(sent == EmailSettlement(isRecorded: true, hold: .closed))
}
