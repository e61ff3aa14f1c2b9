internal import HTTP
internal import Kernel
import Synchronization

/// The links of the present second.
///
/// A link's time has no fractions and its signature no chance in it, so within a second the same file's is the same
/// whoever asks: on the day of a release one signature serves everybody.
final class RecentLinks: Sendable {
    /// What a link depends on besides the second.
    struct Key: Hashable {
        let object: ObjectName
        let method: Method
        let size: Int64
    }

    /// How many are kept at most; what does not fit is signed anew.
    private static let limit = 256

    private let links = Mutex<(second: Int64, byKey: [Key: String])>((.min, [:]))

    /// The link for `key` at the moment `now`, made by `make` if nobody has asked for it in this second.
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
