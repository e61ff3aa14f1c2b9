import Fulfilment
package import Kernel
package import Postgres
import Stripe
package import StripeClient

/// Why a run ended early; the next one resumes.
package enum ReconciliationFault: Error, Equatable, Sendable, CustomStringConvertible {
    case database(PostgresFault)
    case stripe(StripeCallFault)

    package var description: String {
        switch self {
        case .database(let fault): fault.description
        case .stripe(let fault): fault.description
        }
    }

    /// The refusal for the client.
    package var refusal: Refusal {
        switch self {
        case .database(let fault): fault.refusal
        case .stripe(let fault): fault.refusal
        }
    }

    /// Non-nil for faults that affect every item, so the run must stop.
    init?(endingRun fault: FulfilmentFault) {
        switch fault {
        case .database(let fault) where fault.isTransient: self = .database(fault)
        case .stripe(let fault) where fault.isGeneral: self = .stripe(fault)
        case .notOurs, .misconfigured, .keys, .unsold, .database, .stripe: return nil
        }
    }
}

extension StripeCallFault {
    /// Whether other calls would fail in the same way.
    var isGeneral: Bool {
        switch self {
        case .unreachable, .answered(.retryable), .answered(.authentication): true
        case .answered(.refused), .answered(.malformedAnswer): false
        }
    }
}
