import EventLoop
import Kernel
import Stripe
import StripeClient

/// Caches Stripe's recent responses for sessions.
///
/// This bounds the calls caused by a page that reloads itself, or by invented session IDs: one per session in five
/// seconds, and a fixed number for all sessions together. Sessions of orders that we know, and all others, have a budget
/// each, so that inventing sessions takes nothing from buyers.
@Loop
final class SessionLookupCache {
    /// A kind of session, by what our database knows of it.
    enum Kind: CaseIterable {
        /// Of an order that waits for its payment.
        case pending
        /// Of no order: invented, or paid by a link that was made at Stripe.
        case unknown

        /// The number of sessions looked up within `lifetime`.
        ///
        /// Seven in a second for each process. `infra/terraform` holds that number, times the instances of `orders`,
        /// below what Stripe allows an account (`database.tf`).
        var limit: Int {
            switch self {
            case .pending: 25
            case .unknown: 10
            }
        }
    }

    /// A response, or that too many lookups were made lately.
    enum Answer {
        case known(SessionLookup.Answer)
        /// `isNews` once in each `lifetime`.
        case overBudget(isNews: Bool)
    }

    /// How long a response is valid.
    nonisolated static let lifetime: Duration = .seconds(5)

    private struct Lookup {
        let at: Instant
        let kind: Kind
        let answer: Task<SessionLookup.Answer, Never>
    }

    private var lookups: [StripeID: Lookup] = [:]
    private var lastReport: Instant?

    nonisolated init() {}

    /// Returns Stripe's response for `session`, by one call for concurrent requests.
    func answer(
        _ session: StripeID, _ kind: Kind, at now: Instant,
        _ fetch: @escaping @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession
    ) async -> Answer {
        if let known = lookups[session], isGood(known.at, now) { return .known(await known.answer.value) }
        lookups = lookups.filter { isGood($0.value.at, now) }
        guard lookups.values.count(where: { $0.kind == kind }) < kind.limit else {
            let isNews = lastReport.map { !isGood($0, now) } ?? true
            if isNews { lastReport = now }
            return .overBudget(isNews: isNews)
        }
        let answer = Loop.start { () async -> SessionLookup.Answer in
            do throws(StripeCallFault) { return .success(try await fetch(session)) } catch { return .failure(error) }
        }
        lookups[session] = Lookup(at: now, kind: kind, answer: answer)
        return .known(await answer.value)
    }

    /// Whether a response is still valid; a clock that was set back must not extend its life.
    private func isGood(_ at: Instant, _ now: Instant) -> Bool {
        max(now - at, at - now) < SessionLookupCache.lifetime
    }
}
