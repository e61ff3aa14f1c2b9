import Downloads
import EventLoop
import Fulfilment
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Plans", .freshDatabase)
struct PlanTests {
    @Test("the queries of a sale and a download use indexes however small the tables are, and are planned once")
    func indexes() async throws {
        try await withFixture(poolSize: 1) { fixture in
            try await fixture.publish("1.0.0")
            for number in 1...3 {
                let entitlement = fixture.entitlement()
                _ = try await fixture.apply(fixture.sale("cs_\(number)"), entitlement, event: "evt_\(number)")
                let file = try await fixture.pool.run(
                    DownloadStatements.use(
                        entitlement.grant.id, file: "GenX-1.0.0.zip", at: fixture.now, behind: .roomy(at: fixture.now)))
                #expect(try file.get().output != nil)
            }
            _ = try await fixture.pool.run(Statement<Int>.affected("CREATE TEMPORARY TABLE plans (line text)"))
            _ = try await fixture.pool.run(Statement<Int>.affected(explaining))
            let plans = try await fixture.pool.run(lines("%Insert on orders%"))
            #expect(plans.count == 1)
            let uses = try await fixture.pool.run(lines("%Update on download_grants%"))
            #expect(uses.count == 1)
            let scans = try await fixture.pool.run(lines("%Seq Scan%"))
            #expect(scans == [])
            let replanned = try await fixture.pool.run(
                Statement<[String]>.rows("SELECT statement FROM pg_prepared_statements WHERE custom_plans > 0") {
                    row throws(PostgresFault) in try row.text(0)
                })
            #expect(replanned == [])
        }
    }

    /// The plans' lines that look like `pattern`.
    private func lines(_ pattern: String) -> Statement<[String]> {
        .rows("SELECT line FROM plans WHERE line LIKE \(pattern)") { row throws(PostgresFault) in try row.text(0) }
    }

    /// Keeps the plan of each statement that this connection has run again and again.
    private let explaining: SQL = """
        DO $$
        DECLARE
            asked record;
            line text;
        BEGIN
            FOR asked IN
                SELECT name, cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE generic_plans >= 3 AND parameter_types <> '{}'
            LOOP
                FOR line IN EXECUTE format(
                    'EXPLAIN (COSTS OFF) EXECUTE %I (%s)', asked.name,
                    array_to_string(array_fill('NULL'::text, ARRAY[asked.count]), ', '))
                LOOP
                    INSERT INTO plans VALUES (line);
                END LOOP;
            END LOOP;
        END $$
        """
}
