internal import HTTP
internal import Kernel
import Synchronization

/// A cache of the links signed within the current second.
///
/// A link's time is in whole seconds and its signature is deterministic, so all links to a file within one second are
/// equal: on release day one signature serves every buyer.
final class RecentLinks: Sendable {
    /// What a link depends on besides the second.
    struct Key: Hashable {
        let object: ObjectName
        let method: Method
        let size: Int64
    }

    /// The maximum number of links; further ones are signed each time.
    private static let limit = 256

    private let links = Mutex<(second: Int64, byKey: [Key: String])>((.min, [:]))

    /// Returns the link for `key` at `now`; calls `make` if it is not cached for this second.
    func link(
        _ key: Key, at now: Instant, _ make: () throws(SigningFault) -> String
    ) throws(SigningFault) -> String {
        let second = now.unixSeconds
        if let known = links.withLock({ $0.second == second ? $0.byKey[key] : nil }) { return known }
        let link = try make()
        links.withLock { links in
            if links.second != second { links = (second, [:]) }
            if links.byKey.count < RecentLinks.limit { links.byKey[key] = link }
        }
        return link
    }
}
