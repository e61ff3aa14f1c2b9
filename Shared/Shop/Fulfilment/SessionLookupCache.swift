import EventLoop
import Kernel
import Stripe
import StripeClient

/// Caches Stripe's recent responses for sessions.
///
/// This bounds the calls caused by a page that reloads itself, or by invented session IDs: one per session in five
/// seconds, and a fixed number for all sessions together.
@Loop
final class SessionLookupCache {
    /// How long a response is valid.
    nonisolated static let lifetime: Duration = .seconds(5)
    /// The number of sessions looked up in that time, 20 in a second: a fifth of what Stripe allows an account.
    nonisolated static let limit = 100

    private var lookups: [StripeID: (at: Instant, answer: Task<SessionLookup.Answer, Never>)] = [:]

    nonisolated init() {}

    /// Returns Stripe's response for `session`, by one call for concurrent requests; `nil` if too many lookups were
    /// made lately.
    func answer(
        _ session: StripeID, at now: Instant,
        _ fetch: @escaping @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession
    ) async -> SessionLookup.Answer? {
        if let known = lookups[session], isGood(known.at, now) { return await known.answer.value }
        if lookups.count >= SessionLookupCache.limit { lookups = lookups.filter { isGood($0.value.at, now) } }
        guard lookups.count < SessionLookupCache.limit || lookups[session] != nil else { return nil }
        let answer = Loop.start { () async -> SessionLookup.Answer in
            do throws(StripeCallFault) { return .success(try await fetch(session)) } catch { return .failure(error) }
        }
        lookups[session] = (now, answer)
        return await answer.value
    }

    /// Whether a response is still valid; a clock that was set back must not extend its life.
    private func isGood(_ at: Instant, _ now: Instant) -> Bool {
        max(now - at, at - now) < SessionLookupCache.lifetime
    }
}
