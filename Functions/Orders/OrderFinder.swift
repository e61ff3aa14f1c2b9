import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Orders
import Postgres
import RateLimiting
import Stripe
import StripeClient

/// What is known of a checkout session.
enum FoundOrder: Equatable, Sendable {
    case known(OrderRecord)
    /// Stripe has the session and it is unpaid; the state of its order here does not matter.
    case unpaid
}

/// Finds a session's order: in our database and, if that may lag behind, at Stripe.
///
/// Often the buyer returns from the payment page before the webhook arrives. Then the sale is made here, by the same
/// statement, so that the later of the two finds it made.
struct OrderFinder: Sendable {
    /// Reads the order, unless the session or the caller at this address is rate-limited.
    var open:
        @Sendable (_ session: StripeID, _ caller: String, Instant) async throws(PostgresFault)
            -> RateLimited<OrderRecord?>
    /// Reads the order again, for a request that was counted already.
    var find: @Sendable (_ session: StripeID, Instant) async throws(PostgresFault) -> OrderRecord?
    /// Fetches a session from Stripe.
    var fetch: @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession
    var fulfil:
        @Sendable (CheckoutSession, CheckoutUpdate, LedgerEntry) async throws(FulfilmentFault) -> FulfilmentOutcome
    /// Whether sessions are of live mode, as our key is.
    var isLive: Bool
    var log: Log
    let lookups = SessionLookupCache()

    /// Finds the order, and returns it with the caller's rate limit verdict.
    ///
    /// - Throws: `.notFound` for a session that is not ours, for whatever reason; `.unavailable` if that is unknown at
    ///   present; `.tooManyRequests`.
    func callAsFunction(
        _ session: SessionID, for caller: String, at now: Instant
    ) async throws(Refusal) -> (order: FoundOrder, verdict: RateLimitVerdict) {
        guard session.isLive == isLive else { throw .notFound }
        let (known, verdict) = try await mapError(lookupFailed, await open(session.id, caller, now)).get()
        return (try await complete(session.id, known, at: now), verdict)
    }

    /// Reads the session's order again, for a request that has found it before.
    func again(_ session: SessionID, at now: Instant) async throws(Refusal) -> OrderRecord {
        let known = try await mapError(lookupFailed, await find(session.id, now))
        guard let known else { throw .notFound }
        return known
    }

    /// Returns what we know of the session, or what Stripe knows where that may be more.
    private func complete(
        _ session: StripeID, _ known: OrderRecord?, at now: Instant
    ) async throws(Refusal) -> FoundOrder {
        if let known, known.status != .pending, known.status != .awaitingPayment { return .known(known) }
        guard let answer = await lookups.answer(session, at: now, fetch) else {
            log(.warning, "too many sessions are asked for")
            return try known.orRefuse(.unavailable(retryAfterSeconds: 5))
        }
        switch answer {
        case .failure(let fault):
            if fault.isNotFound { return try known.orRefuse(.notFound) }
            log(.error, "a session could not be looked up", [("reason", .string(fault.description))])
            return try known.orRefuse(.unavailable(retryAfterSeconds: 5))
        case .success(let remote):
            return try await settle(remote, known, at: now)
        }
    }

    private func settle(
        _ remote: CheckoutSession, _ known: OrderRecord?, at now: Instant
    ) async throws(Refusal) -> FoundOrder {
        guard remote.isLive == isLive else { throw .notFound }
        guard let (update, entry) = remote.checkoutUpdate(seenBy: "orders.session_lookup", at: now) else {
            guard known == nil, SaleMetadata(remote) != nil else { return try known.orRefuse(.notFound) }
            return .unpaid
        }
        if let known, known.status.after(update) == known.status { return .known(known) }
        do {
            let outcome = try await fulfil(remote, update, entry)
            log(
                .info, "session looked up",
                [("order", outcome.order.map { .string($0.description) } ?? "known already")])
            if outcome.lacksAddress {
                log(
                    .error, "a paid order has no address to send its keys to",
                    [("order", outcome.order.map { .string($0.description) } ?? .null)])
            }
        } catch .notOurs(let reason) {
            log(.info, "session not used", [("reason", .string(reason))])
        } catch {
            log(.error, "a session could not be fulfilled", [("reason", .string(error.description))])
            return try known.orRefuse(.unavailable(retryAfterSeconds: 5))
        }
        return try await mapError(lookupFailed, await find(remote.id, now)).orRefuse(.notFound)
    }

    /// Logs a failed read of an order; returns its refusal.
    private func lookupFailed(_ fault: PostgresFault) -> Refusal {
        log(.error, "an order could not be looked up", [("reason", .string(fault.description))])
        return fault.refusal
    }
}

extension OrderRecord? {
    /// Returns the order if it is known; throws the refusal otherwise.
    fileprivate func orRefuse(_ refusal: Refusal) throws(Refusal) -> FoundOrder {
        guard let self else { throw refusal }
        return .known(self)
    }
}
