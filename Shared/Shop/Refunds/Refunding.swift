package import Audit
package import EventLoop
import Fulfilment
import Kernel
package import Log
package import Orders
package import Postgres
package import Stripe
package import StripeClient

/// Requests refunds from Stripe so that each is made once, and records Stripe's responses.
///
/// The request is stored before Stripe receives it. Its ID is the idempotency key, which makes every repeat the same
/// call for as long as Stripe keeps such keys, and is also in the refund's metadata, by which a later repeat finds the
/// refund.
@Loop
package struct Refunding {
    /// The minimum time for which Stripe keeps an idempotency key.
    ///
    /// Source: <https://docs.stripe.com/api/idempotent_requests>
    private static let keyLife: Duration = .seconds(86_400)
    /// The metadata key of the request's ID in a refund at Stripe.
    private static let mark = "latchkey_refund"

    private let connection: Connection
    private let stripe: StripeClient
    private let context: AuditContext
    private let settlement: PaymentSettlement

    /// Creates refunds made by `context`, which the audit log records.
    package init(_ connection: Connection, _ stripe: StripeClient, by context: AuditContext, log: Log) {
        self.connection = connection
        self.stripe = stripe
        self.context = context
        settlement = PaymentSettlement(actor: context.actor.description, origin: context.origin, log: log)
    }

    /// Reads what is known before a refund of `order`.
    package func view(_ order: OrderDetail) async throws(RefundFault) -> RefundView {
        let (refunds, open) = try await mapError(
            RefundFault.database,
            await connection.run(
                OrderDetailStatements.refunds(order.paymentIntent), RefundRequestStatements.open(of: order.id)))
        let lines = try await mapError(
            RefundFault.database, await connection.run(OrderDetailStatements.lines(order.id)))
        return RefundView(order: order, lines: lines, refunds: refunds, open: open)
    }

    /// Makes the refund and records it; when this returns, the licenses reflect it.
    ///
    /// - Throws: the refund's fault, which says whether no money was returned or whether that is unknown.
    package func carryOut(_ plan: RefundPlan) async throws(RefundFault) -> Refund {
        let (request, isNew) = try await begin(plan)
        let answer: Refund?
        do throws(StripeCallFault) {
            answer = try await made(request, plan, isNew: isNew)
        } catch {
            throw try await failure(error, request, plan)
        }
        guard let refund = answer else {
            try await note([], of: plan.payment, ending: request, .refused(code: "lapsed"))
            throw .neverReached
        }
        try await note([refund], of: plan.payment, ending: request, .made(refund: refund.id.text))
        guard refund.status != .known(.failed), refund.status != .known(.canceled) else {
            throw .failed(refund: refund.id.text)
        }
        return refund
    }

    /// Returns the request to complete, and whether Stripe cannot have received it yet.
    private func begin(_ plan: RefundPlan) async throws(RefundFault) -> (RefundRequest, Bool) {
        if let open = plan.open { return (open, false) }
        let id = RefundRequestID(at: context.at)
        let begun = try await mapError(
            RefundFault.database,
            await connection.run(
                PaymentStatements.lock(paymentOf: plan.order.id),
                RefundRequestStatements.begin(
                    id, order: plan.order.id, amount: plan.amount.minorUnits, lines: plan.lines,
                    seen: plan.order.amountRefunded, by: context)
            ).1)
        guard let begun, begun.amount == plan.amount.minorUnits, begun.lines == plan.lines else {
            throw .changedMeanwhile
        }
        return (begun, begun.id == id)
    }

    /// Returns the refund that Stripe made of the request, now or before.
    ///
    /// It returns `nil` if no refund exists and the idempotency key has expired, so a retry would create a new refund.
    private func made(
        _ request: RefundRequest, _ plan: RefundPlan, isNew: Bool
    ) async throws(StripeCallFault) -> Refund? {
        if !isNew {
            if let known = try await refunds(of: plan.payment).first(where: { isOf(request, $0) }) { return known }
            guard context.at < request.requestedAt + Refunding.keyLife else { return nil }
        }
        var metadata = [Refunding.mark: request.id.description]
        metadata[RefundLines.metadataKey] = request.lines?.text
        return try await stripe.send(
            StripeRequest<Refund>.refund(
                paymentIntent: plan.payment, amount: request.amount, metadata: metadata,
                idempotencyKey: "latchkey-refund-\(request.id)"))
    }

    private func isOf(_ request: RefundRequest, _ refund: Refund) -> Bool {
        refund.metadata[Refunding.mark] == request.id.description
    }

    private func refunds(of payment: StripeID) async throws(StripeCallFault) -> [Refund] {
        try await stripe.all(\.id) { .refunds(of: payment, startingAfter: $0) }
    }

    /// Records the status of refunds and closes the request, in one transaction.
    ///
    /// The effect is that of Stripe's events about them, which then change nothing when they arrive.
    private func note(
        _ refunds: [Refund], of payment: StripeID, ending request: RefundRequest, _ end: RefundRequestEnd
    ) async throws(RefundFault) {
        var updates: [(PaymentUpdate, Currency?, LedgerEntry)] = []
        for refund in refunds {
            do throws(FulfilmentFault) {
                updates.append(
                    (
                        try refund.update(seenAt: context.at), refund.currency,
                        LedgerEntry(refund, of: payment, at: context.at)
                    ))
            } catch { throw .unknownState(refund: refund.id.text, error) }
        }
        let recorded = updates
        let outcomes = try await mapError(
            RefundFault.database,
            await connection.transaction { connection throws(PostgresFault) in
                var outcomes: [(PaymentOutcome?, LedgerEntry)] = []
                for (update, currency, entry) in recorded {
                    let (record, settle) = settlement.statements(
                        update, in: currency, of: payment.text, from: entry, mailLeasedUntil: context.at,
                        at: context.at)
                    let lock = PaymentStatements.lock(payment.text)
                    let (_, isComparable, outcome) = try await connection.run(lock, record, settle)
                    if isComparable { outcomes.append((outcome, entry)) }
                }
                _ = try await connection.run(RefundRequestStatements.end(request.id, end, by: context))
                return outcomes
            })
        for (outcome, entry) in outcomes { settlement.report(outcome, of: entry) }
        guard outcomes.count == recorded.count else {
            throw .unknownState(refund: refunds.map(\.id.text).joined(separator: ", "), .otherCurrency)
        }
    }

    /// Returns why Stripe made no refund, or none that we know of; closes a request that Stripe refused.
    private func failure(
        _ fault: StripeCallFault, _ request: RefundRequest, _ plan: RefundPlan
    ) async throws(RefundFault) -> RefundFault {
        let code: String
        switch fault {
        case .answered(.refused(let word, _, _, _)): code = word ?? "refused"
        case .answered(.authentication): code = "authentication"
        case .answered, .unreachable: return .unknown(fault)
        }
        // Refunds that Stripe has and we do not know yet would be the reason.
        var (known, doubt): ([Refund], StripeCallFault?) = ([], nil)
        do throws(StripeCallFault) { known = try await refunds(of: plan.payment) } catch { doubt = error }
        try await note(known, of: plan.payment, ending: request, .refused(code: code))
        return .refused(code: code, doubt: doubt)
    }
}
