package import EventLoop
import HTTP
import JSON
package import Kernel
package import Log
package import Outbound

/// An issuer's keys, fetched on first use and again as they change.
///
/// A token that names an unknown key, which anyone can forge, costs at most one fetch a minute.
@Loop
package final class KeySetCache {
    /// The timeout of a fetch.
    package nonisolated static let deadline: Duration = .seconds(5)
    /// The cooldown after a fetch, during which a key missing from the set counts as unknown without another fetch.
    package nonisolated static let pause: Duration = .seconds(60)
    /// The grace period for expired keys that could not be refetched.
    ///
    /// Longer than an outage of the issuer, shorter than the weeks for which it keeps a key.
    package nonisolated static let grace: Duration = .seconds(86_400)
    /// The lifetime, in seconds, if the issuer states none.
    private nonisolated static let usualLifetime: Int64 = 3_600

    private struct Known {
        let keys: KeySet
        let freshUntil: Instant
    }

    private let url: String
    private let client: HTTPClient
    private let clock: WallClock
    private let log: Log
    private var known: Known?
    private var lastFetch: Instant?
    private var fetching: Task<Void, Never>?

    /// Creates an empty cache.
    package init(_ url: String, client: HTTPClient, log: Log, clock: WallClock = .system) {
        self.url = url
        self.client = client
        self.log = log
        self.clock = clock
    }

    /// Returns the keys, including the named one if the issuer has it; `nil` if no usable keys could be fetched.
    package func keys(naming name: String) async -> KeySet? {
        if mustFetch(name) {
            let fetch = fetching ?? Loop.start { await self.fetch() }
            fetching = fetch
            await fetch.value
        }
        guard let known, clock.now() < known.freshUntil + KeySetCache.grace else { return nil }
        return known.keys
    }

    private func mustFetch(_ name: String) -> Bool {
        let now = clock.now()
        if let known, now < known.freshUntil, known.keys.has(name) { return false }
        guard let lastFetch, fetching == nil else { return true }
        // A clock that was set back must not prevent a fetch of new keys.
        return max(now - lastFetch, lastFetch - now) >= KeySetCache.pause
    }

    private func fetch() async {
        defer { fetching = nil }
        lastFetch = clock.now()
        let call = HTTPCall(
            .get, url, connectTimeout: KeySetCache.deadline, totalTimeout: KeySetCache.deadline,
            maxAnswerBytes: KeySet.maxBytes)
        do throws(OutboundFault) {
            let answer = try await client.send(call)
            take(answer)
        } catch { fail("\(error)") }
    }

    private func take(_ answer: HTTPAnswer) {
        guard answer.status == 200 else { return fail("the answer is \(answer.status)") }
        do throws(TokenFault) {
            let lifetime = Duration.seconds(maxAge(answer.fields["Cache-Control"]))
            known = Known(keys: try KeySet(answer.body), freshUntil: clock.now() + lifetime)
        } catch { fail(error.description) }
    }

    private func fail(_ reason: String) {
        log(.error, "the keys of the task routes' caller could not be fetched", [("reason", .string(reason))])
    }

    /// Returns the `max-age` directive (RFC 9111 section 5.2.2.1), clamped to between five minutes and a day.
    private func maxAge(_ field: String?) -> Int64 {
        for directive in (field ?? "").split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks().lowercased() }
            guard parts.count == 2, parts[0] == "max-age", let seconds = Int64(parts[1]) else { continue }
            return min(max(seconds, 300), 86_400)
        }
        return KeySetCache.usualLifetime
    }
}
