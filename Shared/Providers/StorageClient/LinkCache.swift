import HTTP
import Kernel
import Storage

/// Links that were made a moment ago, so that one signature serves a release's first minute and not one buyer.
///
/// A link names a file and no buyer, so each who may have the file may have the same one.
struct LinkCache {
    /// What a link is good for.
    struct Key: Hashable {
        let object: ObjectName
        let method: Method
    }

    /// How many are kept at most.
    static let limit = 256
    /// No link is handed out longer: of the shortest, 5 minutes, at least 4 are left to the last buyer.
    static let freshness: Duration = .seconds(60)

    private var links: [Key: (text: String, madeAt: Instant)] = [:]

    var count: Int { links.count }

    /// A link that is young enough at `now`.
    func link(_ key: Key, at now: Instant) -> String? {
        guard let link = links[key], LinkCache.isFresh(link.madeAt, at: now) else { return nil }
        return link.text
    }

    /// Keeps a link; when there is no room, whatever is over goes, and else the oldest.
    mutating func keep(_ text: String, _ key: Key, madeAt: Instant) {
        if links[key] == nil, links.count >= LinkCache.limit { makeRoom(at: madeAt) }
        links[key] = (text, madeAt)
    }

    private mutating func makeRoom(at now: Instant) {
        links = links.filter { LinkCache.isFresh($0.value.madeAt, at: now) }
        guard links.count >= LinkCache.limit,
            let oldest = links.min(by: { $0.value.madeAt < $1.value.madeAt })?.key
        else { return }
        links[oldest] = nil
    }

    /// A clock that was set back makes nothing last longer.
    private static func isFresh(_ madeAt: Instant, at now: Instant) -> Bool {
        madeAt <= now && now - madeAt < freshness
    }
}
