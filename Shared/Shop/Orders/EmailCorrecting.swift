package import Audit
import EventLoop
package import Kernel
import Outbox
package import Postgres

/// How an order's address changed.
package struct EmailCorrection: Equatable, Sendable {
    /// The address before; `nil` if there was none.
    package let previous: String?
    /// The mails queued for the new address.
    package let mails: [EmailID]
    /// The notice queued for the previous address.
    package let notice: EmailID?
    /// Whether the address is another one than before.
    package let hasChanged: Bool
}

/// Gives an order another address and queues its mail for it, for the buyer or the seller.
package struct EmailCorrecting: Sendable {
    private let rule: CorrectionRule?
    private let lease: Duration?
    private let context: AuditContext

    /// Creates a correction made by `context`, which the audit log records.
    ///
    /// - Parameters:
    ///   - rule: the limits for a buyer; `nil` for the seller.
    ///   - lease: how long the mails are leased to the caller, who sends them; without it they are due at once.
    package init(within rule: CorrectionRule? = nil, mailLease lease: Duration? = nil, by context: AuditContext) {
        self.rule = rule
        self.lease = lease
        self.context = context
    }

    /// Corrects the address of `order` under the lock of its payment.
    ///
    /// - Parameter run: runs the lock and the correction as one transaction, and returns the latter's outcome.
    @Loop
    package func callAsFunction(
        of order: OrderID, to email: EmailAddress,
        _ run: @Loop (Statement<Int>, Statement<CorrectionOutcome>) async throws(PostgresFault) -> CorrectionOutcome
    ) async throws(OrderChangeFault) -> EmailCorrection {
        let outcome = try await mapError(
            OrderChangeFault.database,
            await run(
                PaymentStatements.lock(paymentOf: order),
                CorrectionStatements.correctEmail(
                    of: order, to: email, rule, CorrectionMails(at: context.at),
                    leasedUntil: lease.map { context.at + $0 }, by: context)))
        switch outcome {
        case .corrected(let previous, let mails, let notice):
            return EmailCorrection(previous: previous, mails: mails, notice: notice, hasChanged: true)
        case .unchanged: return EmailCorrection(previous: email.text, mails: [], notice: nil, hasChanged: false)
        case .notPlaced(let status): throw .notPlaced(status)
        case .beyondLimits: throw .beyondLimits
        case .noOrder: throw .noOrder
        }
    }
}
