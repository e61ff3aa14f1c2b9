import EventLoop
import Kernel
import Licensing
import Orders
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey license", .freshDatabase)
struct LicenseTests {
    private static let order = DemoOrder.id
    private static let id = DemoOrder.license

    @Test("a license is shown with what decides over it, its machines and its history, and never its key")
    func show() async throws {
        let paid = try await DemoOrder()
        try await activate()
        let lastFour = paid.key.suffix(4)
        let words = [Self.id, String(lastFour), paid.key, paid.key.lowercased().replacing("-", with: " ")]
        for word in words {
            let run = try await Run.eve(["license", "show", word])
            #expect(run.exitCode == 0, "\(run.remarks)")
            #expect(
                run.output == """
                    License 019aa2b1-0000-7000-8000-000000000002
                      key       GENX-****-****-\(lastFour)
                      status    active
                      product   GenX Delay  genx-delay
                      order     10001  paid
                      buyer     buyer@example.com
                      issued    2026-11-20 18:31:00 UTC
                      version   1
                      machines  1 of 3

                    Machines
                      Studio  since 2026-11-20 18:40:00 UTC
                      Laptop  since 2026-11-20 18:41:00 UTC  until 2026-11-20 18:42:00 UTC

                    """)
        }
        let json = try await Run.eve(["license", "show", Self.id, "--json"])
        #expect(
            json.output == #"{"id":"\#(Self.id)","last4":"\#(lastFour)","status":"active","held_at":null,"#
                + #""product":"genx-delay","order":"\#(Self.order)","order_number":10001,"order_status":"paid","email":"buyer@example.com","#
                + #""created_at":"2026-11-20T18:31:00.000000Z","key_version":1,"reissues":0,"activation_limit":3,"#
                + #""activations":[{"machine":"Studio","created_at":"2026-11-20T18:40:00.000000Z","deactivated_at":null},"#
                + #"{"machine":"Laptop","created_at":"2026-11-20T18:41:00.000000Z","#
                + #""deactivated_at":"2026-11-20T18:42:00.000000Z"}],"history":[]}"# + "\n")
    }

    @Test("a license that is not there is exit code 1, and a whole key is not shown again")
    func absent() async throws {
        _ = try await DemoOrder()
        for word in ["0000", "019aa2b1-0000-7000-8000-0000000000ff"] {
            let run = try await Run.eve(["license", "show", word])
            #expect(run.exitCode == 1)
            #expect(run.remarks == "latchkey: no license \(word)\n")
        }
        let other = try DemoOrder.key(reissues: 7).revealed()
        let run = try await Run.eve(["license", "show", other])
        #expect(run.remarks == "latchkey: no license with this key\n")
        let order = try await Run.eve(["order", "show", other])
        #expect(order.remarks == "latchkey: no order with this key\n")
        let mistyped = try await Run.eve(["license", "show", other.dropLast() + "U"])
        #expect(mistyped.exitCode == 2)
        let pepperless = try await Run.eve(["license", "show", other], ["KEY_PEPPER": ""])
        #expect(pepperless.remarks == "latchkey: KEY_PEPPER is missing\n")
    }

    @Test("last four symbols that two licenses share name both instead of picking one")
    func ambiguous() async throws {
        let paid = try await DemoOrder()
        try await execute(
            script: """
                INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
                SELECT '019aa2b1-0000-7000-8000-0000000000a2', order_id, product_id, status, 1, sha256('x'), key_last_four,
                    created_at FROM licenses
                """)
        for words in [["show"], ["revoke", "--reason", "r"]] {
            let run = try await Run.eve(["license", words[0], String(paid.key.suffix(4))] + words.dropFirst())
            #expect(run.exitCode == 1)
            #expect(
                run.remarks.contains(
                    "several licenses, ask for one of them: \(Self.id), 019aa2b1-0000-7000-8000-0000000000a2"))
        }
    }

    @Test("a license that was closed by hand stays closed whatever Stripe says, until it is reinstated")
    func revokeAndReinstate() async throws {
        let paid = try await DemoOrder()
        let revoked = try await Run.eve(["license", "revoke", paid.key, "--reason", "shared in a forum"])
        #expect(revoked.exitCode == 0, "\(revoked.remarks)")
        #expect(revoked.output == "license \(Self.id) (GENX-****-****-\(paid.key.suffix(4))): active → revoked\n")
        try await PaymentUpdate.dispute(id: "dp_1", .open, at: testNow).deliver(as: "evt_1")
        try await PaymentUpdate.dispute(id: "dp_1", .won, at: testNow + .seconds(1)).deliver(as: "evt_2")
        #expect(try await state() == ["paid revoked held"])
        let shown = try await Run.eve(["license", "show", Self.id])
        #expect(shown.output.contains("  status    revoked: closed by hand at 2026-11-20 18:59:00 UTC\n"))
        #expect(shown.output.contains(#""reason": "shared in a forum""#))
        let reinstated = try await Run.eve(["license", "reinstate", Self.id, "--reason", "mistake", "--json"])
        #expect(
            reinstated.output == #"{"license":"\#(Self.id)","last4":"\#(paid.key.suffix(4))","order":"\#(Self.order)","#
                + #""previous_status":"revoked","status":"active","changed":true,"dry_run":false}"# + "\n")
        #expect(try await state() == ["paid active"])
        #expect(
            try await auditLog() == [
                #"operator:eve license.revoked {"from": "active", "last4": "\#(paid.key.suffix(4))", "reason": "#
                    + #""shared in a forum", "license": "\#(Self.id)"}"#,
                #"operator:eve license.reinstated {"to": "active", "last4": "\#(paid.key.suffix(4))", "reason": "#
                    + #""mistake", "license": "\#(Self.id)"}"#,
            ])
    }

    @Test("what is so already is nothing to do", arguments: ["revoke", "reinstate"])
    func repeated(verb: String) async throws {
        _ = try await DemoOrder()
        if verb == "revoke" { _ = try await Run.eve(["license", "revoke", Self.id, "--reason", "r"]) }
        let entries = try await auditLog()
        let run = try await Run.eve(["license", verb, Self.id, "--reason", "r"])
        #expect(run.exitCode == 0)
        #expect(run.output.hasSuffix("already; nothing to do\n"))
        #expect(try await auditLog() == entries)
    }

    @Test(
        "a license of an order whose money went back is not reinstated",
        arguments: [("refunded", "it was refunded"), ("lost", "a dispute over its payment was lost")])
    func moneyWentBack(status: String, why: String) async throws {
        _ = try await DemoOrder()
        try await execute(script: "UPDATE orders SET status = '\(status)'; UPDATE licenses SET status = 'revoked'")
        let open = try await Run.eve(["license", "reinstate", Self.id, "--reason", "r"])
        #expect(open.exitCode == 1)
        #expect(open.remarks.contains("is not closed by hand: it is revoked: \(why)"))
        try await execute(script: "UPDATE licenses SET held_at = now()")
        let held = try await Run.eve(["license", "reinstate", Self.id, "--reason", "r"])
        #expect(held.exitCode == 1)
        #expect(held.remarks == "latchkey: license \(Self.id) stays closed: order 10001, \(why)\n")
        #expect(try await state() == ["\(status) revoked held"])
        #expect(try await auditLog() == [])
    }

    @Test("a license of a disputed order is reinstated as far as the dispute allows")
    func disputed() async throws {
        _ = try await DemoOrder()
        _ = try await Run.eve(["license", "revoke", Self.id, "--reason", "r"])
        try await PaymentUpdate.dispute(id: "dp_1", .open, at: testNow).deliver(as: "evt_1")
        let run = try await Run.eve(["license", "reinstate", Self.id, "--reason", "r"])
        #expect(run.output.hasSuffix("revoked → suspended\n"))
        try await PaymentUpdate.dispute(id: "dp_1", .won, at: testNow + .seconds(1)).deliver(as: "evt_2")
        #expect(try await state() == ["paid active"])
    }

    @Test(
        "an event that is being dealt with at this moment is waited for, not overlooked",
        arguments: [("reinstate", "disputed suspended"), ("revoke", "disputed revoked held")])
    func atOnce(verb: String, expected: String) async throws {
        _ = try await DemoOrder()
        if verb == "reinstate" { _ = try await Run.eve(["license", "revoke", Self.id, "--reason", "r"]) }
        let ended = try await onLoop {
            let (settings, done) = (try testDatabase(), Done())
            let (event, watch) = (try await Connection.open(settings), try await Connection.open(settings))
            defer { event.close() }
            defer { watch.close() }
            _ = try await event.run(Statement<Int>.affected("BEGIN"))
            try await PaymentUpdate.dispute(id: "dp_1", .open, at: testNow).deliver(as: "evt_1", event)
            let run = Loop.start { () async -> Int32? in
                let run = try? await Run.eve(["license", verb, Self.id, "--reason", "r"])
                done.isDone = true
                return run?.exitCode
            }
            while !done.isDone {
                if try await waiters(watch) > 0 { break }
            }
            _ = try await event.run(Statement<Int>.affected("COMMIT"))
            return await run.value
        }
        #expect(ended == 0)
        #expect(try await state() == [expected])
    }

    private func activate() async throws {
        try await execute(
            script: """
                SET TIME ZONE 'UTC';
                INSERT INTO activations (id, license_id, machine_hash, machine_name, created_at, deactivated_at) VALUES
                    ('019aa2b1-0000-7000-8000-0000000000b1', '\(Self.id)', 'a', 'Studio', '2026-11-20 18:40', NULL),
                    ('019aa2b1-0000-7000-8000-0000000000b2', '\(Self.id)', 'b', 'Laptop', '2026-11-20 18:41', '2026-11-20 18:42')
                """)
    }

    private func state() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', o.status, l.status, CASE WHEN l.held_at IS NOT NULL THEN 'held' END)
            FROM licenses l JOIN orders o ON o.id = l.order_id
            """)
    }
}

/// How many wait for what another transaction holds.
@Loop
private func waiters(_ connection: Connection) async throws(PostgresFault) -> Int64 {
    try await connection.run(
        Statement<Int64>.row(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ) { row throws(PostgresFault) in try row.integer(0) })
}

@Loop
private final class Done {
    var isDone = false
}
