import EventLoop
import HTTP
import JSON
import Kernel
import Outbound
import Postgres
import Support
import Testing

/// The built executables: Stripe's stand-in, a webhook that hears nothing because deliveries are out, and reconcile.
@Suite("The built reconcile", .freshDatabase)
struct ProcessTests {
    @Test("finds what was sold and given back while deliveries were out and got lost")
    func dropped() async throws {
        let url = try testDatabase().url.revealed()
        let webhook = try BuiltFunction.start(
            "webhook", TestSettings.environment.merging(["DATABASE_URL": url]) { $1 })
        let sandbox = try BuiltFunction.start(
            "sandbox", StripeSide.environment(.fails, webhook: "http://127.0.0.1:\(webhook.port)/webhooks/stripe"))
        let fixture = try await onLoop { try await Fixture() }
        let reconcile = try BuiltFunction.start(
            "reconcile",
            TestSettings.environment.merging([
                "DATABASE_URL": try LosingShop.databaseURL(), "STRIPE_API_BASE": "http://127.0.0.1:\(sandbox.port)",
            ]) { $1 })
        let (stripePort, port) = (sandbox.port, reconcile.port)
        let found = try await withOpen({ fixture }) { fixture in
            let stripe = try StripeSide(port: stripePort)
            try await stripe.control("deliveries/pause")
            _ = try await stripe.sell()
            let (refunded, disputed) = (try await stripe.sell(), try await stripe.sell())
            try await stripe.refund(refunded)
            try await stripe.dispute(disputed)
            try await stripe.control("deliveries/resume", [("drop", true)])
            let before = try await states(fixture)
            #expect(try await call(port) == 200)
            return (before, try await states(fixture))
        }
        #expect(found.0 == "")
        #expect(found.1 == "disputed suspended, paid active, refunded revoked")
        #expect(try reconcile.stop() == 0)
        #expect(reconcile.log.contains { $0.contains(#""message":"reconciled""#) })
        #expect(try webhook.stop() == 0)
        #expect(!webhook.log.contains { $0.contains(#""message":"event handled""#) })
        _ = try sandbox.stop()
    }

    @Loop
    private func call(_ port: Int) async throws -> Int {
        let call = HTTPCall(
            .post, "http://127.0.0.1:\(port)/tasks/reconcile",
            fields: ["Authorization": "Bearer " + String(repeating: "t", count: 32)], totalTimeout: .seconds(60))
        return try await HTTPClient().send(call).status
    }

    @Loop
    private func states(_ fixture: Fixture) async throws -> String {
        try await fixture.pool.run(
            Statement<String>.row(
                """
                SELECT COALESCE(string_agg(o.status || ' ' || l.status, ', ' ORDER BY o.status), '')
                FROM orders o JOIN licenses l ON l.order_id = o.id
                """
            ) { row throws(PostgresFault) in try row.text(0) })
    }
}
