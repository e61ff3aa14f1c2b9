package import Kernel
package import Postgres

/// Statements about orders that nobody paid for.
package enum UnpaidOrderStatements {
    /// Deletes the unpaid orders of a time range, including the buyers' addresses, and the customers left without an
    /// order; returns how many orders.
    package static func forget(from start: Instant, to end: Instant) -> Statement<Int> {
        .row("SELECT forget_unpaid_orders(\(start), \(end))") { row throws(PostgresFault) in Int(try row.integer(0)) }
    }
}
