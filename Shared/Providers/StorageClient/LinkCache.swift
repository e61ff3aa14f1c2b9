import HTTP
import Kernel
import Storage

/// A cache of recent links, so that one signature serves all buyers of a release for a minute.
///
/// A link names a file and no buyer, so all buyers entitled to the file can share it.
struct LinkCache {
    /// The object and method a link is valid for.
    struct Key: Hashable {
        let object: ObjectName
        let method: Method
    }

    /// The maximum number of links.
    static let limit = 256
    /// The maximum age of a link handed out: of the shortest lifetime, 5 minutes, at least 4 are left.
    static let freshness: Duration = .seconds(60)

    private var links: [Key: (text: String, madeAt: Instant)] = [:]

    var count: Int { links.count }

    /// Returns a link that is fresh at `now`.
    func link(_ key: Key, at now: Instant) -> String? {
        guard let link = links[key], LinkCache.isFresh(link.madeAt, at: now) else { return nil }
        return link.text
    }

    /// Stores a link; if the cache is full, evicts expired links, or else the oldest.
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

    /// Returns whether a link is fresh; a clock that was set back must not extend its life.
    private static func isFresh(_ madeAt: Instant, at now: Instant) -> Bool {
        madeAt <= now && now - madeAt < freshness
    }
}
