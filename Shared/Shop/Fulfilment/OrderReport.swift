package import Audit
import EventLoop
import Kernel
package import Orders
package import Postgres

/// An order with the rows of all slices that belong to it.
package struct OrderReport: Equatable, Sendable {
    /// The order's own row.
    package let order: OrderDetail
    /// Its lines.
    package let lines: [OrderPart.Line]
    /// Its licenses.
    package let licenses: [OrderPart.License]
    /// The refunds of its payment.
    package let refunds: [OrderPart.Refund]
    /// The disputes over its payment.
    package let disputes: [OrderPart.Dispute]
    /// The mails about it.
    package let emails: [OrderPart.Email]
    /// Its download grants.
    package let grants: [OrderPart.Grant]
    /// The newest entries of the audit log about it, oldest first.
    package let history: [AuditRow]
    /// Stripe's events about it; `nil` unless requested.
    package let events: [LedgeredEvent]?

    /// Reads every order that matches, all in one snapshot.
    ///
    /// - Parameter withEvents: whether to read Stripe's events too, which scans the whole ledger.
    @Loop
    package static func find(
        _ reference: OrderReference, withEvents: Bool, _ connection: Connection
    ) async throws(PostgresFault) -> [OrderReport] {
        try await connection.transaction { connection throws(PostgresFault) in
            _ = try await connection.run(ServerStatements.readOnlySnapshot)
            var reports: [OrderReport] = []
            for order in try await connection.run(OrderDetailStatements.find(reference)) {
                reports.append(try await read(order, withEvents: withEvents, connection))
            }
            return reports
        }
    }

    @Loop
    private static func read(
        _ order: OrderDetail, withEvents: Bool, _ connection: Connection
    ) async throws(PostgresFault) -> OrderReport {
        let (lines, licenses) = try await connection.run(
            OrderDetailStatements.lines(order.id), OrderDetailStatements.licenses(order.id))
        let (refunds, disputes) = try await connection.run(
            OrderDetailStatements.refunds(order.paymentIntent), OrderDetailStatements.disputes(order.paymentIntent))
        let (emails, grants) = try await connection.run(
            OrderDetailStatements.emails(order.id), OrderDetailStatements.grants(order.id))
        let history = try await connection.run(
            AuditStatements.newest(AuditStatements.historyLimit, of: [order.id]))
        let events = withEvents ? try await connection.run(LedgerStatements.events(of: order)) : nil
        return OrderReport(
            order: order, lines: lines, licenses: licenses, refunds: refunds, disputes: disputes, emails: emails,
            grants: grants, history: history.reversed(), events: events)
    }
}
