import DomainNames
import EventLoop
import JSON
import Kernel
import Orders
import Postgres

extension Command {
    /// Lists orders.
    static let orderList = Command(
        name: "order list",
        summary: "list orders, newest first",
        details: """
            Lists the newest orders, unpaid ones included. The output ends with the option for the next page, if there
            is one.
            """,
        options: [
            Option(name: "--status", value: "WORD", help: "only orders with this status: \(OrderStatus.words)"),
            Option(name: "--email", value: "ADDRESS", help: "only orders of this buyer"),
            Option(
                name: "--since", value: "TIME",
                help: "only orders since then: 30d, 12h, 2026-11-20 or 2026-11-20T18:59:00Z"),
            .limit,
            Option(name: "--before", value: "ID", help: "only orders before this one, for the next page"),
            .json,
        ],
        settings: [.databaseURL],
        examples: [
            "latchkey order list --status disputed", "latchkey order list --email ada@example.com",
            "latchkey order list --since 30d --limit 1000 --json",
        ],
        failure: "the database failed"
    ) { invocation throws(CommandFault) in
        let limit = try invocation.limit()
        let filter = try invocation.orderFilter()
        let found = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            try await mapError(
                CommandFault.database, await connection.run(OrderListStatements.newest(limit + 1, filter)))
        }
        let list = OrderList(orders: Array(found.prefix(limit)), hasMore: found.count > limit)
        try invocation.console.show(list.lines, list.document, asJSON: invocation.isJSON)
    }
}

extension OrderStatus {
    /// All values, for help and errors.
    fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Invocation {
    fileprivate func orderFilter() throws(CommandFault) -> OrderFilter {
        var filter = OrderFilter()
        filter.status = try choice("--status", "one of \(OrderStatus.words)") { OrderStatus(rawValue: $0) }
        filter.email = try choice("--email", "an e-mail address") { EmailAddress(typed: $0) }
        filter.since = try choice("--since", "a time such as 30d, 12h, 2026-11-20 or 2026-11-20T18:59:00Z") {
            Instant(typed: $0, now: clock.now())
        }
        filter.before = try choice("--before", "an order's ID") { OrderID($0) }
        return filter
    }
}

/// The output: a page of orders.
struct OrderList: Equatable, Sendable {
    let orders: [ListedOrder]
    /// Whether there is a next page.
    let hasMore: Bool

    /// The cursor of the next page; `nil` if there is none.
    private var next: OrderID? { hasMore ? orders.last?.id : nil }

    /// The text output.
    var lines: [String] {
        guard !orders.isEmpty else { return ["no orders"] }
        let header = ["NUMBER", "ORDERED", "ID", "STATUS", "TOTAL", "REFUNDED", "BOUGHT", "BUYER"]
        return aligned([header] + orders.map(row)) + (next.map { ["", "more: --before \($0)"] } ?? [])
    }

    /// The JSON output.
    var document: JSONValue {
        .object([
            ("orders", .array(orders.map(object))), ("next", next.map { .string($0.description) } ?? .null),
        ])
    }

    private func row(_ order: ListedOrder) -> [String] {
        [
            order.number?.description ?? "–", order.createdAt.toTheSecond, order.id.description,
            order.status.rawValue + (order.isLive ? "" : " (test)"),
            order.total.formatted, order.refunded.minorUnits > 0 ? order.refunded.formatted : "–",
            order.products.isEmpty ? "–" : "\(order.quantity) × \(order.products.joined(separator: ", "))",
            order.email.map(shown) ?? "–",
        ]
    }

    private func object(_ order: ListedOrder) -> JSONValue {
        .object([
            ("id", .string(order.id.description)),
            ("number", order.number.member), ("status", .string(order.status.rawValue)),
            ("email", order.email.map(JSONValue.string) ?? .null), ("currency", .string(order.total.currency.code)),
            ("amount_total", .integer(order.total.minorUnits)),
            ("amount_refunded", .integer(order.refunded.minorUnits)),
            ("products", .array(order.products.map(JSONValue.string))), ("quantity", .integer(order.quantity)),
            ("livemode", .bool(order.isLive)), ("created_at", .string(CivilTime(order.createdAt).rfc3339)),
        ])
    }
}
