import Audit
import EventLoop
import JSON
import Kernel
import Postgres
import Support
import Testing

@Suite("Audit entries", .freshDatabase)
struct AuditEntryTests {
    private let at = Instant(unixSeconds: 1_795_201_140)

    @Test("an entry is read back as it was written")
    func written() async throws {
        let order = OrderID(at: at)
        let entry = AuditEntry(
            .operator("eve"), "license.revoked", order: order, details: [("reason", "«asked», twice"), ("count", 2)],
            from: "desk", at: at)
        let rows = try await withSampleLog { log in
            let count = try await log.pool.run(AuditStatements.record(entry))
            #expect(count == 1)
            return try await log.pool.run(AuditStatements.newest(10))
        }
        #expect(
            rows == [
                AuditRow(
                    id: 1, at: at, actor: "operator:eve", action: "license.revoked", order: order,
                    details: #"{"count": 2, "reason": "«asked», twice"}"#, origin: "desk")
            ])
    }

    @Test(
        "every actor has its word",
        arguments: [(AuditActor.function("webhook"), "function:webhook"), (.customer, "customer")])
    func actors(actor: AuditActor, word: String) {
        #expect(actor.description == word)
    }

    @Test("a statement that carries an entry writes both or neither")
    func carried() async throws {
        try await withSampleLog { log in
            for divisor in [1, 0] {
                let statement = Statement<Int>.affected(
                    """
                    WITH audit AS (
                        \(AuditStatements.append(
                            "'email.corrected'", of: "NULL", details: "'a', 1", by: "'customer'", at: "\(at)", from: "(SELECT) one"))
                    )
                    INSERT INTO rate_limits (key, theoretical_arrival)
                    SELECT 'x', now() WHERE 1 / \(divisor)::integer > 0
                    """)
                do throws(PostgresFault) { _ = try await log.pool.run(statement) } catch {
                    #expect(error.state == "22012")
                }
            }
            let count = try await log.number("SELECT count(*) FROM audit_log")
            #expect(count == 1)
        }
    }
}
