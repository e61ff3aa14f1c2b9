import JSON
import Kernel
import Outbox

extension OutboxHold {
    /// The hold in words.
    var text: String {
        "held since \(since.toTheSecond): \(reason); \(waiting) mail\(waiting == 1 ? "" : "s") wait\(waiting == 1 ? "s" : "")"
    }

    /// What to do about it.
    var advice: String {
        "look at the account and the sender at the mail provider; one mail at a time probes, the next at "
            + "\(nextProbe.toTheSecond), and the first that is accepted releases the others"
    }

    /// The hold in JSON.
    var document: JSONValue {
        .object([
            ("since", .string(CivilTime(since).rfc3339)), ("reason", .string(reason)),
            ("next_probe_at", .string(CivilTime(nextProbe).rfc3339)), ("waiting", .integer(waiting)),
        ])
    }
}
