import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Orders
import Postgres
import RateLimiting
import Stripe

/// Finds a session's order, in our database or at Stripe, within the rate limits of its page.
struct OrderFinder: Sendable {
    /// Reads the order, unless the session or the caller at this address is rate-limited.
    var open:
        @Sendable (_ session: StripeID, _ caller: String, Instant) async throws(PostgresFault)
            -> RateLimited<OrderRecord?>
    var lookup: SessionLookup
    /// Whether sessions are of live mode, as our key is.
    var isLive: Bool
    var log: Log

    /// Finds the order, and returns it with the caller's rate limit verdict.
    ///
    /// - Throws: `.notFound` for a session that is not ours, for whatever reason; `.unavailable` if that is unknown at
    ///   present; `.tooManyRequests`.
    func callAsFunction(
        _ session: SessionID, for caller: String, at now: Instant
    ) async throws(Refusal) -> (order: SessionOrder, verdict: RateLimitVerdict) {
        guard session.isLive == isLive else { throw .notFound }
        let (known, verdict) = try await mapError(lookupFailed, await open(session.id, caller, now)).get()
        do throws(SessionLookupFault) {
            return (try await lookup(session.id, known: known, at: now), verdict)
        } catch .database(let fault) {
            throw lookupFailed(fault)
        } catch {
            throw error.refusal
        }
    }

    /// Reads the session's order again, for a request that has found it before.
    func again(_ session: SessionID, at now: Instant) async throws(Refusal) -> OrderRecord {
        let known = try await mapError(lookupFailed, await lookup.order(of: session.id, at: now))
        guard let known else { throw .notFound }
        return known
    }

    /// Logs a failed read of an order; returns its refusal.
    private func lookupFailed(_ fault: PostgresFault) -> Refusal {
        log(.error, "an order could not be looked up", [("reason", .string(fault.description))])
        return fault.refusal
    }
}
