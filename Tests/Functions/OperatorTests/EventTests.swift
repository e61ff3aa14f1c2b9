import Kernel
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey event list, retry and park", .freshDatabase)
struct EventTests {
    private static let sale = SessionEvent(id: "evt_1").json
    private static let unsold = SessionEvent(
        id: "evt_2", metadata: "{}",
        lineItems: #"{"data":[{"id":"li_1","price":{"id":"price_9"},"quantity":1}],"has_more":false}"#
    ).json
    private static let because = ["--reason", "a test of the bank"]

    /// A catalog, and a ledger with an event of each status.
    private func ledger() async throws {
        try await applyDemoCatalog()
        try await keep("evt_1", Self.sale, "failed", "database away", minutes: 1)
        try await keep("evt_2", Self.unsold, "parked", "no item of it", minutes: 2)
        try await keep("evt_3", "{}", "processed", nil, minutes: 3)
        try await keep("evt_4", "{}", "ignored", "not used", minutes: 4)
        try await keep("session:cs_test_5:paid", "{}", "failed", "database away", minutes: 5)
    }

    private func keep(_ id: String, _ payload: String, _ status: String, _ error: String?, minutes: Int) async throws {
        try await execute(
            script: """
                INSERT INTO webhook_events (stripe_event_id, type, status, error, created_at, received_at, payload)
                VALUES ('\(id)', 'checkout.session.completed', '\(status)', \(error.map { "'\($0)'" } ?? "NULL"), now(),
                    '2026-11-20T10:00:00Z'::timestamptz - interval '\(minutes) minutes', '\(payload)')
                """)
    }

    @Test("the list shows what waits and why, newest first, page by page, or one status")
    func list() async throws {
        try await ledger()
        let run = try await Run.latchkey(["event", "list"])
        let lines = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let names = lines.map { $0.count > 3 ? $0[3] : "" }
        #expect(names == ["STATUS", "evt_1", "evt_2", "session:cs_test_5:paid"], "\(run)")
        #expect(run.output.contains("parked  1         no item of it"), "\(run.output)")
        for status in ["processed", "ignored", "failed", "parked"] {
            let json = try await Run.latchkey(["event", "list", "--state", status, "--json"])
            #expect(json.output.contains(#""status":"\#(status)""#) && json.exitCode == 0)
            #expect(json.output.count(of: #""status":"#) == (status == "failed" ? 2 : 1), "\(json.output)")
        }
        let page = try await Run.latchkey(["event", "list", "--limit", "1", "--json"])
        #expect(page.output.contains(#""next":"evt_1""#))
        let rest = try await Run.latchkey(["event", "list", "--before", "evt_1", "--json"])
        #expect(rest.output.contains("evt_2") && rest.output.contains(#""next":null"#))
        #expect(!rest.output.contains("evt_1"))
        #expect(try await Run.latchkey(["event", "list", "--state", "lost"]).exitCode == 2)
    }

    @Test("a failed event is put away with a reason, which the audit log has; a dry run changes nothing")
    func park() async throws {
        try await ledger()
        let trial = try await Run.eve(["event", "park", "evt_1", "--dry-run"] + Self.because)
        #expect(trial.output == "event evt_1: failed → parked\na dry run: nothing was changed\n", "\(trial)")
        #expect(try await state("evt_1") == "failed database away")
        let done = try await Run.eve(["event", "park", "evt_1"] + Self.because)
        #expect(done.output == "event evt_1: failed → parked\n")
        #expect(try await state("evt_1") == "parked put away: a test of the bank (database away)")
        let entry = try await texts(
            "SELECT concat_ws(' ', actor, action, details ->> 'event', details ->> 'reason') FROM audit_log")
        #expect(entry == ["operator:eve event.parked evt_1 a test of the bank"])
        let again = try await Run.eve(["event", "park", "evt_1"] + Self.because)
        #expect(again.exitCode == 0 && again.output.contains("is parked already; nothing to do"))
        // A session's ID opens its order's page.
        _ = try await Run.eve(["event", "park", "session:cs_test_5:paid"] + Self.because)
        #expect(try await texts("SELECT details ->> 'event' FROM audit_log ORDER BY id") == ["evt_1", "session"])
    }

    @Test(
        "what has not failed is not put away, and nothing without a reason or with a buyer's address in it",
        arguments: [("evt_3", 1), ("evt_4", 1), ("evt_9", 1), ("evt_2", 0)])
    func refusedPark(id: String, code: Int32) async throws {
        try await ledger()
        let before = try await state(id)
        let run = try await Run.eve(["event", "park", id] + Self.because)
        #expect(run.exitCode == code, "\(run)")
        #expect(try await state(id) == before)
        #expect(try await texts("SELECT action FROM audit_log").isEmpty)
        #expect(try await Run.eve(["event", "park", "evt_1"]).exitCode == 2)
        #expect(try await Run.eve(["event", "park", "evt_1", "--reason", "of anna@example.com"]).exitCode == 2)
        #expect(try await state("evt_1") == "failed database away")
    }

    @Test("a failed event is processed again as the webhook would, once")
    func retry() async throws {
        try await ledger()
        let run = try await Run.eve(["event", "retry", "evt_1"])
        #expect(run.exitCode == 0 && run.output.hasPrefix("event evt_1 is processed: order "), "\(run)")
        #expect(try await texts("SELECT o.status || ' ' || l.status FROM orders o, licenses l") == ["paid active"])
        let again = try await Run.eve(["event", "retry", "evt_1", "--json"])
        #expect(again.exitCode == 0 && again.output.contains(#""status":"processed""#), "\(again)")
        #expect(try await texts("SELECT kind FROM emails") == ["receipt"])
    }

    @Test("a parked event stays parked while its reason stays, and is processed once it is gone")
    func retryParked() async throws {
        try await ledger()
        let first = try await Run.eve(["event", "retry", "evt_2"])
        #expect(first.exitCode == 1 && first.output.contains("stays parked: "), "\(first)")
        #expect(!first.remarks.contains("ERROR"), "\(first)")
        try await execute(
            script: """
                UPDATE prices SET active = false;
                INSERT INTO prices (id, product_id, stripe_price_id, unit_amount, currency)
                SELECT '019aa2b1-0000-7000-8000-0000000000aa', id, 'price_9', 4900, 'usd' FROM products;
                """)
        let second = try await Run.eve(["event", "retry", "evt_2"])
        #expect(second.exitCode == 0 && second.output.contains("is processed"), "\(second)")
        #expect(try await texts("SELECT status FROM orders") == ["paid"])
    }

    @Test("one that is put away can be taken up again; an unknown one is exit code 1")
    func putAwayAndRetry() async throws {
        try await ledger()
        _ = try await Run.eve(["event", "park", "evt_1"] + Self.because)
        #expect(try await Run.eve(["event", "retry", "evt_1"]).exitCode == 0)
        #expect(try await state("evt_1") == "processed")
        let unknown = try await Run.eve(["event", "retry", "evt_9"])
        #expect(unknown.exitCode == 1 && unknown.remarks.contains("no event evt_9 is known"), "\(unknown)")
    }

    @Test("one that fails for a passing reason says so and is exit code 1")
    func retryFailing() async throws {
        try await ledger()
        let run = try await Run.eve(
            ["event", "retry", "session:cs_test_5:paid"], ["STRIPE_API_BASE": "http://127.0.0.1:1"])
        #expect(run.exitCode == 1 && run.output.contains("failed: stripe unreachable"), "\(run)")
        #expect(run.remarks.contains("reconcile tries it again"), "\(run)")
    }

    @Test("doctor counts what failed and what is parked, and the order's events show the state")
    func shown() async throws {
        _ = try await DemoOrder()
        try await keep("evt_7", #"{"x":"cs_test_1"}"#, "parked", "a reason", minutes: 9)
        let doctor = try await Run.latchkey(["doctor"])
        #expect(doctor.output.contains("0 failed, 1 parked") && doctor.output.contains("→ see latchkey event list"))
        let order = try await Run.latchkey(["order", "show", DemoOrder.id, "--events"])
        #expect(order.output.contains("parked") && order.output.contains("a reason"), "\(order)")
    }

    private func state(_ id: String) async throws -> String {
        let found = try await texts(
            "SELECT concat_ws(' ', status, error) FROM webhook_events WHERE stripe_event_id = \(id)")
        return found.first ?? "none"
    }
}
