package import JSON
package import Kernel

/// The author of an audited action.
package enum AuditActor: Equatable, Sendable, CustomStringConvertible {
    /// One of our functions by itself, such as `webhook` for Stripe's event, or `reconcile`.
    case function(String)
    /// A person at the command line, by name.
    case `operator`(OperatorName)
    /// The buyer.
    case customer

    /// The actor as the log has it: `function:webhook`, `operator:eve`, `customer`.
    package var description: String {
        switch self {
        case .function(let name): "function:\(name)"
        case .operator(let name): "operator:\(name)"
        case .customer: "customer"
        }
    }
}

/// An action, for the audit log; nothing in it may be a key, a token or a whole address.
package struct AuditEntry: Equatable, Sendable {
    /// Who did it.
    package let actor: AuditActor
    /// What was done, as dotted words: the object, then the event, such as `order.refunded`.
    package let action: String
    /// The order, if the action was on one.
    package let order: OrderID?
    /// Further details, such as the reason or the previous status.
    package let details: JSONValue
    /// From where: a client's network, never the whole address, or a host's name; empty for our own functions.
    package let origin: String
    /// When.
    package let at: Instant

    /// Creates an entry.
    package init(
        _ actor: AuditActor, _ action: String, order: OrderID? = nil, details: [(String, JSONValue)] = [],
        from origin: String = "", at: Instant
    ) {
        self.actor = actor
        self.action = action
        self.order = order
        self.details = .object(details)
        self.origin = origin
        self.at = at
    }

    /// Creates the entry of an action that someone takes, with their reason before the other details.
    package init(by context: AuditContext, _ action: String, details: [(String, JSONValue)]) {
        self.init(
            context.actor, action,
            details: [("reason", (context.reason?.text).map(JSONValue.string) ?? .null)] + details,
            from: context.origin, at: context.at)
    }
}

/// One entry as stored in the log.
package struct AuditRow: Equatable, Sendable {
    /// The entry's number; numbers grow, with gaps where a transaction was rolled back.
    package let id: Int64
    /// When it was done.
    package let at: Instant
    /// Who did it.
    package let actor: String
    /// What was done.
    package let action: String
    /// The order, if the action was on one.
    package let order: OrderID?
    /// Further details, a JSON object as Postgres writes it.
    package let details: String
    /// From where.
    package let origin: String

    /// Creates a row.
    package init(
        id: Int64, at: Instant, actor: String, action: String, order: OrderID?, details: String, origin: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.order = order
        self.details = details
        self.origin = origin
    }
}
