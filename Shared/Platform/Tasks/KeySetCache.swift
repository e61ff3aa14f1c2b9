package import EventLoop
import HTTP
package import Identity
import JSON
package import Kernel
package import Log
package import Outbound

/// The issuer's keys, fetched when they are first needed and again as they change.
///
/// What a stranger can make up, a token that names an unknown key, costs one fetch a minute at most.
@Loop
package final class KeySetCache {
    /// No fetch takes longer.
    package nonisolated static let deadline: Duration = .seconds(5)
    /// For so long after a fetch a key that the set lacks is unknown without asking again.
    package nonisolated static let pause: Duration = .seconds(60)
    /// Keys that could not be fetched anew are good for so long beyond their time: longer than an outage of the issuer,
    /// shorter than the weeks for which it keeps a key.
    package nonisolated static let grace: Duration = .seconds(86_400)
    /// When the issuer does not say how long its keys are good.
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

    /// A cache with nothing in it yet.
    package init(_ url: String, client: HTTPClient, log: Log, clock: WallClock = .system) {
        self.url = url
        self.client = client
        self.log = log
        self.clock = clock
    }

    /// The keys, among which one of this name is if the issuer has it; `nil` when none could ever be fetched.
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
        // A clock that was set back does not keep new keys out.
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
            try take(answer)
        } catch { fail("\(error)") }
    }

    private func take(_ answer: HTTPAnswer) throws(OutboundFault) {
        guard answer.status == 200 else { return fail("the answer is \(answer.status)") }
        do throws(TokenFault) {
            let lifetime = Duration.seconds(maxAge(answer.fields["Cache-Control"]))
            known = Known(keys: try KeySet(answer.body), freshUntil: clock.now() + lifetime)
        } catch { fail(error.description) }
    }

    private func fail(_ reason: String) {
        log(.error, "the keys of the task routes' caller could not be fetched", [("reason", .string(reason))])
    }

    /// RFC 9111 section 5.2.2.1, held between five minutes and a day.
    private func maxAge(_ field: String?) -> Int64 {
        for directive in (field ?? "").split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { $0.trimmingBlanks().lowercased() }
            guard parts.count == 2, parts[0] == "max-age", let seconds = Int64(parts[1]) else { continue }
            return min(max(seconds, 300), 86_400)
        }
        return KeySetCache.usualLifetime
    }
}
