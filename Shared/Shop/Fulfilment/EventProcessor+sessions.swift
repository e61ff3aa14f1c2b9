import Kernel
import Log
import Orders
import Stripe
import StripeClient

// What becomes of a session, whoever tells of it.
extension EventProcessor {
    /// Applies `update` to the session's order; `nil` stands for a state that we do not know.
    ///
    /// The session's mode comes first: what else a session of another program says need not be known.
    ///
    /// - Throws: also `.notOurs`, if it is to be ignored.
    func sell(
        _ session: CheckoutSession, _ update: CheckoutUpdate?, _ entry: LedgerEntry
    ) async throws(FulfilmentFault) -> EventEffect {
        if case .known(let mode)? = session.mode, mode != .payment { throw .notOurs("mode \(mode.rawValue)") }
        guard let update, session.unknownWord == nil else { throw try await unknownState(of: session) }
        if update == .expired, SaleMetadata(session) == nil {
            throw .notOurs("an expired session that names no order of ours")
        }
        let outcome: FulfilmentOutcome
        do throws(FulfilmentFault) { outcome = try await fulfilment.apply(session, update, from: entry) } catch {
            throw error.asToldBy(session, update)
        }
        log(.info, "event handled", entry.logFields + outcome.logFields)
        outcome.reportMissingAddress(log, entry.logFields + outcome.logFields)
        return outcome.order.map(EventEffect.changed) ?? .kept
    }

    /// Returns the refusal of a session in an unknown state, or that it is another program's.
    private func unknownState(of session: CheckoutSession) async throws(FulfilmentFault) -> FulfilmentFault {
        let word = session.unknownWord ?? "state"
        guard try await fulfilment.sells(session) else { return .notOurs("a session whose \(word) is not known") }
        return .misconfigured("a session of ours whose \(word) is not known")
    }
}

extension FulfilmentFault {
    /// Returns the fault as it counts for what `session` says: one without a payment, and without our metadata, that
    /// sells nothing is ignored; a paid one that sells nothing is not, and names its amount.
    fileprivate func asToldBy(_ session: CheckoutSession, _ update: CheckoutUpdate) -> FulfilmentFault {
        guard update.target == .paid else {
            return isFinal && SaleMetadata(session) == nil ? .notOurs("nothing is paid; \(description)") : self
        }
        switch self {
        case .notOurs(let reason): return session.total?.minorUnits == 0 ? self : .unsold(session.total, reason)
        case .misconfigured(let reason): return .unsold(session.total, reason)
        case .stripe(let fault) where fault.isFinal: return .unsold(session.total, fault.description)
        case .stripe, .database, .keys, .unsold: return self
        }
    }
}

extension CheckoutSession {
    /// The name of a member whose word we do not know; `nil` if we know all of them.
    var unknownWord: String? {
        if case .unknown? = mode { return "mode" }
        if case .unknown = paymentStatus { return "payment_status" }
        if case .unknown? = status { return "status" }
        return nil
    }
}

extension Event {
    /// What is wrong with an event of a connected account: it tells of another account's money, or of nothing.
    var connectedAccountFault: FulfilmentFault {
        switch object {
        case .checkoutSession(let session):
            if case .known(let mode)? = session.mode, mode != .payment { return .notOurs("mode \(mode.rawValue)") }
            guard let (_, update) = checkoutUpdate(), update == nil || update?.target == .paid else {
                return .notOurs("a connected account's session without a payment")
            }
        case .charge, .refund, .dispute, .earlyFraudWarning: break
        case .paymentIntent, .other: return .notOurs("an event of a connected account")
        }
        return .misconfigured("an event of a connected account: is the endpoint's scope «your account»?")
    }

    /// The object that the event is about, as entries about its polled states name it.
    var subject: LedgerSubject? {
        switch object {
        case .checkoutSession(let session): .session(session.id)
        case .refund(let refund): .refund(refund.id)
        case .dispute(let dispute): .dispute(dispute.id)
        case .charge, .earlyFraudWarning, .paymentIntent, .other: nil
        }
    }
}
