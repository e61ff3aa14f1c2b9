import EventLoop
import JSON
package import Kernel
package import Log
import OrderMails
package import Orders
package import Postgres
package import Stripe
package import StripeClient

/// What is known of a checkout session.
package enum SessionOrder: Equatable, Sendable {
    case known(OrderRecord)
    /// Stripe has the session and it is unpaid; the state of its order here does not matter.
    case unpaid
}

/// Why a session's order was not found.
package enum SessionLookupFault: Error, Equatable, Sendable {
    /// The session is not one of this shop.
    case notFound
    /// Whether it is one is unknown at present.
    case unavailable
    /// Too many sessions that we do not know were looked up lately.
    case tooMany(RateLimitVerdict)
    case database(PostgresFault)

    /// The refusal for the client.
    package var refusal: Refusal {
        switch self {
        case .notFound: .notFound
        case .unavailable: .unavailable(retryAfterSeconds: 5)
        case .tooMany(let verdict): .tooManyRequests(verdict)
        case .database(let fault): fault.refusal
        }
    }
}

/// Looks up a session's order at Stripe where our database may lag behind, and makes the sale if it was paid.
///
/// Often the buyer returns from the payment page before the webhook arrives. Then the sale is made here, by the same
/// statement, so that the later of the two finds it made.
package struct SessionLookup: Sendable {
    /// Stripe's response about a session.
    package typealias Answer = Result<CheckoutSession, StripeCallFault>

    private let pool: Pool
    private let fulfilment: Fulfilment
    private let isLive: Bool
    private let log: Log
    private let fetch: @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession
    private let cache = SessionLookupCache()

    /// Creates the use case.
    ///
    /// - Parameters:
    ///   - isLive: whether sessions are of live mode, as our key is.
    ///   - fetch: fetches a session from Stripe.
    package init(
        pool: Pool, fulfilment: Fulfilment, isLive: Bool, log: Log,
        fetch: @escaping @Sendable (StripeID) async throws(StripeCallFault) -> CheckoutSession
    ) {
        self.pool = pool
        self.fulfilment = fulfilment
        self.isLive = isLive
        self.log = log
        self.fetch = fetch
    }

    /// Reads the session's order from our database.
    package func order(of session: StripeID, at now: Instant) async throws(PostgresFault) -> OrderRecord? {
        try await pool.run(OrderPageStatements.order(session: session.text, keyMails: OrderMailKind.withKeys, at: now))
    }

    /// Returns the session's order: `known`, as our database has it, or what Stripe knows where that may be more.
    package func callAsFunction(
        _ session: StripeID, known: OrderRecord?, at now: Instant
    ) async throws(SessionLookupFault) -> SessionOrder {
        if let known, known.status != .pending, known.status != .awaitingPayment { return .known(known) }
        switch await cache.answer(session, known == nil ? .unknown : .pending, at: now, call) {
        case .overBudget(let isNews):
            if isNews { log(.notice, "too many sessions are asked for") }
            return try known.orThrow(.tooMany(SessionLookup.overBudget(at: now)))
        case .known(.failure(let fault)):
            return try known.orThrow(fault.isNotFound ? .notFound : .unavailable)
        case .known(.success(let remote)):
            return try await settle(remote, known, at: now)
        }
    }

    /// Fetches a session; logs a failure once, however many requests wait for it.
    private func call(_ session: StripeID) async throws(StripeCallFault) -> CheckoutSession {
        do throws(StripeCallFault) { return try await fetch(session) } catch {
            if !error.isNotFound {
                log(.error, "a session could not be looked up", [("reason", .string(error.description))])
            }
            throw error
        }
    }

    /// The refusal of a session that is not looked up: the budget refills within the lifetime of a response.
    private static func overBudget(at now: Instant) -> RateLimitVerdict {
        let policy = RateLimitPolicy(
            "session-lookup", quota: SessionLookupCache.Kind.unknown.limit, in: SessionLookupCache.lifetime)
        let quota = RateLimitVerdict.Quota(policy, arrival: now + policy.span, at: now)
        return RateLimitVerdict(refusedBy: [quota], of: [policy])
    }

    private func settle(
        _ remote: CheckoutSession, _ known: OrderRecord?, at now: Instant
    ) async throws(SessionLookupFault) -> SessionOrder {
        guard remote.isLive == isLive else { throw .notFound }
        guard let (update, entry) = remote.checkoutUpdate(seenBy: "orders.session_lookup", at: now) else {
            guard known == nil, SaleMetadata(remote) != nil else { return try known.orThrow(.notFound) }
            return .unpaid
        }
        if let known, known.status.after(update) == known.status { return .known(known) }
        do {
            let outcome = try await fulfilment.apply(remote, update, from: entry)
            let order = outcome.order.map { JSONValue.id($0) }
            log(.info, "session looked up", [("order", order ?? "known already")])
            outcome.reportMissingAddress(log, [("order", order ?? .null)])
        } catch .notOurs(let reason) {
            log(.info, "session not used", [("reason", .string(reason))])
        } catch {
            await report(error, entry, remote.id)
            return try known.orThrow(.unavailable)
        }
        return try await mapError(SessionLookupFault.database, await order(of: remote.id, at: now)).orThrow(.notFound)
    }

    /// Logs why a sale was not made; one that our rules refuse for good is parked, so that it is reported once.
    private func report(_ fault: FulfilmentFault, _ entry: LedgerEntry, _ session: StripeID) async {
        if fault.isFinal {
            let parking = EventParking(pool: pool, log: log)
            do throws(PostgresFault) {
                try await parking(entry, about: .session(session), because: fault, isPolled: true)
                return
            } catch { log(.error, "a failed event could not be recorded", [("reason", .string(error.description))]) }
        }
        log(.error, "a session could not be fulfilled", [("reason", .string(fault.description))])
    }
}

extension OrderRecord? {
    /// Returns the order if it is known; throws the fault otherwise.
    fileprivate func orThrow(_ fault: SessionLookupFault) throws(SessionLookupFault) -> SessionOrder {
        guard let self else { throw fault }
        return .known(self)
    }
}

extension FulfilmentOutcome {
    /// Raises an alert if the order became paid and has no address for its keys.
    func reportMissingAddress(_ log: Log, _ fields: [(String, JSONValue)]) {
        if lacksAddress { log(.error, "a paid order has no address to send its keys to", fields) }
    }
}
