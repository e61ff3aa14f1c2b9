import Kernel
package import Stripe

/// The subject of a ledger entry, parsed from the entry's ID.
///
/// An event's entry has the event's ID. A polled state has an ID made of the object's kind, its ID and the state, so
/// that the same state counts once.
package enum LedgerSubject: Equatable, Sendable {
    case event(StripeID)
    case session(StripeID)
    case refund(StripeID)
    case dispute(StripeID)

    /// Parses an entry's ID; `nil` if we did not make it.
    package init?(entryID: String) {
        // Nearly all entries are events.
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

    /// The kind and ID of the object, which all entries about it share.
    package var name: String {
        switch self {
        case .event(let id): id.text
        case .session(let id): "session:\(id)"
        case .refund(let id): "refund:\(id)"
        case .dispute(let id): "dispute:\(id)"
        }
    }

    /// Returns the ID of the entry for the subject polled in `state`, a word or words of Stripe's.
    package func entryID(_ state: String) -> String {
        if case .event = self { return name }
        let isPlain = state.utf8.allSatisfy { $0.isASCIIAlphanumeric || "_:-".utf8.contains($0) }
        guard !isPlain || state.utf8.count > 80 else { return "\(name):\(state)" }
        let plain = state.utf8.prefix(80).map { byte in
            byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") ? byte : UInt8(ascii: "?")
        }
        return "\(name):\(String(decoding: plain, as: UTF8.self))"
    }
}

extension LedgerEntry {
    /// The entry's name in logs; a session's ID is left out because it opens its order's page.
    package var loggedName: String {
        if case .session = LedgerSubject(entryID: event) { return "session" }
        return event
    }
}
