package import EventLoop
package import Postgres
package import Testing

/// The number of rows in each table that a sale writes to.
package struct Counts: Equatable, Sendable, CustomStringConvertible {
    package var orders: Int64
    package var lines: Int64
    package var customers: Int64
    package var licenses: Int64
    package var grants: Int64
    package var emails: Int64
    package var events: Int64

    package init(
        orders: Int64 = 0, lines: Int64 = 0, customers: Int64 = 0, licenses: Int64 = 0, grants: Int64 = 0,
        emails: Int64 = 0, events: Int64 = 0
    ) {
        self.orders = orders
        self.lines = lines
        self.customers = customers
        self.licenses = licenses
        self.grants = grants
        self.emails = emails
        self.events = events
    }

    /// Counts the rows in the database of `pool`.
    @Loop
    package init(in pool: Pool) async throws(PostgresFault) {
        self = try await pool.run(
            .row(
                """
                SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines), (SELECT count(*) FROM customers),
                    (SELECT count(*) FROM licenses), (SELECT count(*) FROM download_grants), (SELECT count(*) FROM emails),
                    (SELECT count(*) FROM webhook_events)
                """
            ) { row throws(PostgresFault) in
                Counts(
                    orders: try row.integer(0), lines: try row.integer(1), customers: try row.integer(2),
                    licenses: try row.integer(3), grants: try row.integer(4), emails: try row.integer(5),
                    events: try row.integer(6))
            })
    }

    /// One paid sale: one row in each table, but as many licenses and events as given.
    package static func oneSale(licenses: Int64 = 1, events: Int64 = 1) -> Counts {
        Counts(orders: 1, lines: 1, customers: 1, licenses: licenses, grants: 1, emails: 1, events: events)
    }

    package var description: String {
        """
        orders: \(orders), lines: \(lines), customers: \(customers), licenses: \(licenses), grants: \(grants), \
        emails: \(emails), events: \(events)
        """
    }
}

/// Fails the test unless `counts` are `expected`, and tells both.
///
/// `#expect(try await …)` tells neither: it cannot keep the values of an expression that throws or waits.
package func expectCounts(_ counts: Counts, _ expected: Counts, at place: SourceLocation = #_sourceLocation) {
    #expect(counts == expected, sourceLocation: place)
}
