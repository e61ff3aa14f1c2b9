import EventLoop
import Export
import Postgres
import Support
import Testing

@Suite("Exported tables", .freshDatabase)
struct ExportTableTests {
    @Test("every table of the schema is exported, or says why not")
    func complete() async throws {
        let working = [
            "order_numbers", "outbox_hold", "rate_limits", "reconcile_marks", "resend_requests", "schema_migrations",
        ]
        try await withFixture { fixture in
            let tables = try await fixture.pool.run(
                Statement<[String]>.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1") {
                    row throws(PostgresFault) in try row.text(0)
                })
            #expect(tables.filter { !working.contains($0) } == ExportTable.allCases.map(\.rawValue).sorted())
        }
    }
}
