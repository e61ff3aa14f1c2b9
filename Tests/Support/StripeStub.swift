import HTTP
import JSON
package import Kernel
package import Stripe
package import StripeClient
import Synchronization

/// A Stripe whose sessions are what a test says, and which counts how often it is asked.
package final class StripeStub: Sendable {
    private struct State {
        var sessions: [String: CheckoutSession] = [:]
        var isAway = false
        var asked = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How often it was asked.
    package var asked: Int { state.withLock { $0.asked } }

    /// The session that it knows.
    package func session(_ id: String) -> CheckoutSession? { state.withLock { $0.sessions[id] } }

    /// Makes it know `session`.
    package func set(_ session: CheckoutSession) { state.withLock { $0.sessions[session.id.text] = session } }

    /// Makes it answer nothing, or answer again.
    package func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    /// What it answers about the session `id`.
    package func answer(_ id: StripeID) throws(StripeCallFault) -> CheckoutSession {
        let found: Result<CheckoutSession, StripeCallFault> = state.withLock { state in
            state.asked += 1
            if state.isAway { return .failure(.answered(StripeFault(Response(status: 503)))) }
            guard let session = state.sessions[id.text] else {
                return .failure(.answered(StripeFault(Response(status: 404))))
            }
            return .success(session)
        }
        return try found.get()
    }

    /// A session as Stripe would describe it, created so long ago.
    package static func session(
        _ id: String, status: String = "complete", payment: String = "paid", isLive: Bool = false,
        email: String = "buyer@example.com", mode: String = "payment",
        metadata: String = #"{"latchkey_product":"genx-delay","latchkey_quantity":"1"}"#, items: String = "null",
        age: Duration = .zero
    ) throws -> CheckoutSession {
        let json = """
            {
              "id": "\(id)", "object": "checkout.session", "amount_total": 4900, "currency": "usd",
              "created": \((WallClock.system.now() - age).unixSeconds), "livemode": \(isLive), "mode": "\(mode)", "status": "\(status)",
              "payment_status": "\(payment)", "payment_intent": "pi_1", "metadata": \(metadata),
              "customer_details": {"email": "\(email)", "name": "Björk"}, "line_items": \(items)
            }
            """
        return try CheckoutSession(json: Array(json.utf8))
    }

    /// The metadata that our checkout writes for `order`.
    package static func metadata(_ order: OrderID) -> String {
        #"{"latchkey_order":"\#(order)","latchkey_product":"genx-delay","latchkey_quantity":"1"}"#
    }
}
