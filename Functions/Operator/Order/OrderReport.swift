import Audit
import Downloads
import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Stripe

/// An order with all that hangs on it.
struct OrderReport: Equatable, Sendable {
    let order: OrderDetail
    let items: [OrderPart.Item]
    let licenses: [OrderPart.License]
    let refunds: [OrderPart.Refund]
    let disputes: [OrderPart.Dispute]
    let emails: [OrderPart.Email]
    let grants: [OrderPart.Grant]
    /// What was done to it, the newest last.
    let history: [AuditRow]
    /// `nil` when nobody asked for them.
    let events: [LedgeredEvent]?

    /// Reads every order that is meant, as they are at one moment.
    @Loop
    static func find(
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
        let (items, licenses) = try await connection.run(
            OrderDetailStatements.items(order.id), OrderDetailStatements.licenses(order.id))
        let (refunds, disputes) = try await connection.run(
            OrderDetailStatements.refunds(order.paymentIntent), OrderDetailStatements.disputes(order.paymentIntent))
        let (emails, grants) = try await connection.run(
            OrderDetailStatements.emails(order.id), OrderDetailStatements.grants(order.id))
        let history = try await connection.run(AuditStatements.newest(historyLimit, of: [order.id]))
        let events = withEvents ? try await connection.run(LedgerStatements.events(of: order)) : nil
        return OrderReport(
            order: order, items: items, licenses: licenses, refunds: refunds, disputes: disputes, emails: emails,
            grants: grants, history: history.reversed(), events: events)
    }

    /// More entries than a person reads; `audit list` has all.
    static let historyLimit = 100
}
