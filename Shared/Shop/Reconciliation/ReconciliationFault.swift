import Fulfilment
package import Kernel
package import Postgres
import Stripe
package import StripeClient

/// Why a run ended before its work did; the next one goes on.
package enum ReconciliationFault: Error, Equatable, Sendable, CustomStringConvertible {
    case database(PostgresFault)
    case stripe(StripeCallFault)

    package var description: String {
        switch self {
        case .database(let fault): fault.description
        case .stripe(let fault): fault.description
        }
    }

    /// What the caller is told.
    package var refusal: Refusal {
        switch self {
        case .database(let fault): fault.refusal
        case .stripe(let fault): fault.refusal
        }
    }

    /// The fault, if it would meet whatever comes next as well; `nil` when it is one thing's own.
    init?(endingRun fault: FulfilmentFault) {
        switch fault {
        case .database(let fault) where fault.isTransient: self = .database(fault)
        case .stripe(let fault) where fault.isGeneral: self = .stripe(fault)
        case .notOurs, .misconfigured, .database, .stripe: return nil
        }
    }
}

extension StripeCallFault {
    /// Whether other calls would meet it as well.
    var isGeneral: Bool {
        switch self {
        case .unreachable, .answered(.retryable), .answered(.authentication): true
        case .answered(.refused), .answered(.malformedAnswer): false
        }
    }

    /// Whether Stripe has nothing under the ID.
    var isNotFound: Bool {
        guard case .answered(let fault) = self else { return false }
        return fault.context.status == 404
    }
}

/// What `body` makes, with a fault of the database turned into one of the run.
func asking<Output>(
    _ body: () async throws(PostgresFault) -> Output
) async throws(ReconciliationFault) -> Output {
    do throws(PostgresFault) { return try await body() } catch { throw .database(error) }
}

/// What `body` makes, with a fault of Stripe's turned into one of the run.
func asking<Output>(
    _ body: () async throws(StripeCallFault) -> Output
) async throws(ReconciliationFault) -> Output {
    do throws(StripeCallFault) { return try await body() } catch { throw .stripe(error) }
}
