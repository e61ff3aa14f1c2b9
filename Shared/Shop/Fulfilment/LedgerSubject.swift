package import Stripe

/// What an entry of the ledger is about, as its ID tells.
///
/// An event's entry has the event's ID. What was learned by asking has an ID made of the thing's kind, its ID and the
/// state that it was seen in, so that the same news counts once.
package enum LedgerSubject: Equatable, Sendable {
    case event(StripeID)
    case session(StripeID)
    case refund(StripeID)
    case dispute(StripeID)

    /// Reads an entry's ID; `nil` when it is none of ours.
    package init?(entryID: String) {
        // Nearly every entry is an event's.
        guard entryID.utf8.contains(UInt8(ascii: ":")) else {
            guard let id = StripeID(entryID) else { return nil }
            self = .event(id)
            return
        }
        let parts = entryID.split(separator: ":", maxSplits: 2)
        guard parts.count == 3, let id = StripeID(parts[1]) else { return nil }
        switch parts[0] {
        case "session": self = .session(id)
        case "refund": self = .refund(id)
        case "dispute": self = .dispute(id)
        default: return nil
        }
    }

    /// The ID of the entry that it was seen in `state`.
    func entryID(_ state: String) -> String {
        switch self {
        case .event(let id): id.text
        case .session(let id): "session:\(id):\(state)"
        case .refund(let id): "refund:\(id):\(state)"
        case .dispute(let id): "dispute:\(id):\(state)"
        }
    }
}

extension LedgerEntry {
    /// What a log may call it: a session's ID opens its order's page, so it stays out.
    package var loggedName: String {
        if case .session = LedgerSubject(entryID: event) { return "session" }
        return event
    }
}
