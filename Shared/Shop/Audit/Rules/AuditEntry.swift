package import JSON
package import Kernel

/// Who did what the audit log tells.
package enum AuditActor: Equatable, Sendable, CustomStringConvertible {
    /// A function of ours by itself, such as `webhook` on Stripe's word or `reconcile`.
    case function(String)
    /// A person at the command line, by the name they go by.
    case `operator`(String)
    /// The buyer.
    case customer

    /// The actor as it stands in the log: `function:webhook`, `operator:eve`, `customer`.
    package var description: String {
        switch self {
        case .function(let name): "function:\(name)"
        case .operator(let name): "operator:\(name)"
        case .customer: "customer"
        }
    }
}

/// One thing that was done, for the audit log; nothing in it may be a key, a token or a whole address.
package struct AuditEntry: Equatable, Sendable {
    /// Who did it.
    package let actor: AuditActor
    /// What was done, in dotted words: the thing, then what became of it, such as `order.refunded`.
    package let action: String
    /// The order that it was done to, if it was one.
    package let order: OrderID?
    /// What else there is to know, such as the reason or the state before.
    package let details: JSONValue
    /// From where: a client's network, never the whole address, or a host's name; empty when it came from nowhere else.
    package let origin: String
    /// When.
    package let at: Instant

    /// Takes the parts as they are.
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
}

/// One entry as it lies in the log.
package struct AuditRow: Equatable, Sendable {
    /// The entry's number; they grow, with gaps where a transaction was rolled back.
    package let id: Int64
    /// When it was done.
    package let at: Instant
    /// Who did it.
    package let actor: String
    /// What was done.
    package let action: String
    /// To which order.
    package let order: OrderID?
    /// What else there is to know, a JSON object as Postgres writes it.
    package let details: String
    /// From where.
    package let origin: String

    /// Takes the parts as they are.
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
