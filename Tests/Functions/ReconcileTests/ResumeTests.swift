import EventLoop
import HTTP
import JSON
import Kernel
import Postgres
import Reconciliation
import Support
import Testing

/// Runs that cannot do all of their work, and runs at once.
@Suite("Runs", .freshDatabase)
struct ResumeTests {
    @Test("a Stripe that fails is 503, and the next run goes on where this one stopped")
    func failing() async throws {
        try await LosingShop.open(.isNotAsked) { shop in
            let sold = try await shop.stripe.sell()
            try await shop.stripe.control(
                "faults", [("kind", "500"), ("calls", 5), ("path", "/v1/checkout/sessions")])
            await #expect(throws: Refusal.unavailable(retryAfterSeconds: 5)) { try await shop.reconcile() }
            #expect(try await shop.state(sold) == "none")
            #expect(try await marks(shop) == "disputes events refunds")
            #expect(shop.log.text.contains(#""message":"the shop could not be reconciled""#))
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("paid 0 active"))
            #expect(try await marks(shop) == "disputes events orders refunds sessions")
        }
    }

    @Test("what passes is waited for", arguments: ["429", "500", "cut"])
    func passing(kind: String) async throws {
        try await LosingShop.open { shop in
            let sold = try await shop.stripe.sell()
            try await shop.stripe.control("faults", [("kind", .string(kind)), ("calls", 2)])
            #expect(try await shop.reconcile().hasPrefix(#"{"finished":true"#))
            #expect(try await shop.state(sold).hasPrefix("paid 0 active"))
        }
    }

    @Test("a run whose time is up says so, moves no mark past what it did not do, and looks at the invariants")
    func timeUp() async throws {
        try await LosingShop.open { shop in
            let sold = try await shop.stripe.sell()
            try await shop.run(
                """
                INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload)
                VALUES ('evt_old', 'charge.refunded', 'failed', 'test', now(), now() - interval '1 hour', '{}')
                """)
            let report = try await shop.run(ReconciliationPlan(start: .watermark, time: .zero))
            #expect(!report.isFinished)
            #expect(report.violations == ["event_unhandled"])
            #expect(try await shop.state(sold) == "none")
            let moved: SQL = """
                SELECT count(*)::text FROM reconcile_marks WHERE name <> 'orders' AND through > now() - interval '29 days'
                """
            #expect(try await shop.text(moved) == "0")
            try await shop.reconcile()
            #expect(try await shop.state(sold).hasPrefix("paid 0 active"))
        }
    }

    @Test("a mark goes no further than what may still change, and never back")
    func marks() async throws {
        try await LosingShop.open { shop in
            try await shop.reconcile()
            let behind = """
                SELECT string_agg(name || ' ' || round(extract(epoch FROM updated_at - through) / 60), ', ' ORDER BY name) FROM reconcile_marks
                """ as SQL
            #expect(try await shop.text(behind) == "disputes 60, events 60, orders 5, refunds 60, sessions 1500")
            try await shop.passTime()
            try await shop.reconcile()
            #expect(try await shop.text("SELECT count(*)::text FROM reconcile_marks WHERE through > now()") == "5")
        }
    }

    @Test("of two runs at once one goes home, or they do the work one after the other")
    func atOnce() async throws {
        try await LosingShop.open { shop in
            let sold = try await shop.stripe.sell()
            let runs = (0..<4).map { _ in Loop.start { try? await shop.reconcile() } }
            var answers: [String] = []
            for run in runs { answers.append(await run.value ?? "failed") }
            #expect(answers.contains { $0.hasPrefix(#"{"finished":true"#) })
            #expect(answers.allSatisfy { $0.hasPrefix(#"{"finished":true"#) || $0 == #"{"skipped":true}"# })
            #expect(try await shop.state(sold) == "paid 0 active receipt:sent")
        }
    }

    @Test("runs that do take the same work at the same time do it once", arguments: StripeSide.Delivery.allCases)
    func without(delivery: StripeSide.Delivery) async throws {
        try await LosingShop.open(delivery) { shop in
            let (paid, refunded) = (try await shop.stripe.sell(), try await shop.stripe.sell())
            try await shop.stripe.refund(refunded)
            let runs = (0..<4).map { _ in Loop.start { try? await shop.run(ReconciliationPlan(start: .watermark)) } }
            for run in runs { #expect(await run.value?.isFinished == true) }
            #expect(try await shop.state(paid) == "paid 0 active receipt:sent")
            #expect(try await shop.state(refunded).hasPrefix("refunded 4900 revoked "))
        }
    }

    @Test("more sales than a page has are all found", arguments: StripeSide.Delivery.allCases)
    func pages(delivery: StripeSide.Delivery) async throws {
        // Nobody takes the mails, which would be most of the work.
        try await LosingShop.open(delivery, ["SMTP_URL": "smtp://127.0.0.1:1"]) { shop in
            for _ in 0..<120 { _ = try await shop.stripe.sell() }
            let report = try await shop.run(ReconciliationPlan(start: .watermark))
            #expect(report.isFinished)
            #expect(try await shop.text("SELECT count(*)::text FROM licenses WHERE status = 'active'") == "120")
            #expect(report[.sessions].seen == 120)
        }
    }

    @Loop
    private func marks(_ shop: LosingShop) async throws -> String {
        try await shop.text("SELECT string_agg(name, ' ' ORDER BY name) FROM reconcile_marks")
    }
}
