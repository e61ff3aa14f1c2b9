import JSON
import Kernel
import Log
import Orders
import Postgres
import Stripe
package import StripeClient

extension FulfilmentFault {
    /// Whether the same event would fail in the same way each time, so that it is parked; anything else may pass by
    /// itself or once the shop is put in order, and is tried again.
    package var isFinal: Bool {
        switch self {
        case .notOurs, .misconfigured, .unsold: true
        case .keys: false
        case .database(let fault): fault.rejectsValues
        case .stripe(let fault): fault.isFinal
        }
    }

    /// Whether the database rejected values that it may take a moment later: two events about one sale may have met.
    var mayBeRace: Bool {
        guard case .database(let fault) = self else { return false }
        return fault.rejectsValues
    }

    /// An event or object has a member that cannot be read.
    package static func unreadable(_ field: String) -> FulfilmentFault {
        .misconfigured("an event that cannot be read (\(field))")
    }

    /// A refund or dispute is not in its order's currency, so its amount says nothing about the order.
    package static let otherCurrency = misconfigured("a refund or dispute in another currency than its order")
}

extension StripeCallFault {
    /// Whether Stripe refuses this object each time: it has none, or one that we cannot read.
    ///
    /// A key without the right, a limit or a fault at Stripe may pass.
    package var isFinal: Bool {
        switch self {
        case .unreachable, .answered(.retryable), .answered(.authentication): false
        case .answered(.refused): true
        // Without a field it was no JSON document at all: something between Stripe and us answered.
        case .answered(.malformedAnswer(let field, _)): !field.isEmpty
        }
    }
}

extension Fulfilment {
    /// Parks the events that told, before the sale arrived, of a refund or dispute in another currency.
    ///
    /// The sale is committed, so a failure here is logged only.
    func parkForeignFacts(of sale: Sale) async {
        let (payment, why) = (sale.paymentIntent ?? sale.session, FulfilmentFault.otherCurrency.description)
        do throws(PostgresFault) {
            let events = try await pool.run(
                ParkingStatements.parkFacts(of: payment, notIn: sale.total.currency, why: why))
            for event in events {
                log(
                    .error, "an event is parked: it cannot be handled until a person looks at it",
                    [
                        ("event", .string(event)), ("order", .id(sale.order)), ("reason", .string(why)),
                    ])
            }
        } catch {
            log(.error, "a failed event could not be recorded", [("reason", .string(error.description))])
        }
    }
}
