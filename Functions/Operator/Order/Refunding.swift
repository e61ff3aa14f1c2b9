import Commerce
import EventLoop
import Fulfilment
import Kernel
import Postgres
import Records
import Stripe
import StripeClient

/// Asks Stripe for refunds so that each is made once, and notes what Stripe answers.
///
/// The request is kept before Stripe hears of it, under an ID that makes every repeat the same call to Stripe for as
/// long as Stripe remembers calls, and that stands in the refund, where it is looked up when somebody repeats.
@Loop
struct Refunding {
    /// How long Stripe remembers an idempotency key at least.
    ///
    /// Source: <https://docs.stripe.com/api/idempotent_requests>
    private static let keyLife: Duration = .seconds(86_400)
    /// Where the request's ID stands in a refund at Stripe.
    private static let mark = "latchkey_refund"

    let connection: Connection
    let stripe: StripeClient
    let stamp: AuditStamp

    /// What is known before a refund of `order`.
    func view(_ order: OrderDetail) async throws(CommandFault) -> RefundView {
        let (refunds, open) = try await mapError(
            CommandFault.database,
            await connection.run(
                OrderDetailStatements.refunds(order.paymentIntent), RefundRequestStatements.open(of: order.id)))
        return RefundView(order: order, refunds: refunds, open: open)
    }

    /// Makes the refund and notes it: when this returns, the doors are as the money is.
    ///
    /// - Throws: `.failed`; the message says whether no money went back or nobody knows.
    func carryOut(_ plan: RefundPlan) async throws(CommandFault) -> RefundResult {
        let (request, isNew) = try await begin(plan)
        let answer: Refund?
        do throws(StripeCallFault) {
            answer = try await made(request, plan, isNew: isNew)
        } catch {
            throw try await failure(error, request, plan)
        }
        guard let refund = answer else {
            try await note([], of: plan.payment, ending: request, .refused(code: "lapsed"))
            throw .failed("the refund never reached Stripe and no money went back: give the command again")
        }
        try await note([refund], of: plan.payment, ending: request, .made(refund: refund.id.text))
        guard refund.status != .known(.failed), refund.status != .known(.canceled) else {
            throw .failed("Stripe could not carry out the refund \(refund.id): no money went back")
        }
        return RefundResult(try await order(plan.order.id), refund)
    }

    /// The request to bring to its end, and whether Stripe cannot have heard of it yet.
    private func begin(_ plan: RefundPlan) async throws(CommandFault) -> (RefundRequest, Bool) {
        if let open = plan.open { return (open, false) }
        let id = RefundRequestID(at: stamp.at)
        let begun = try await mapError(
            CommandFault.database,
            await connection.run(
                PaymentStatements.lock(paymentOf: plan.order.id),
                RefundRequestStatements.begin(
                    id, order: plan.order.id, amount: plan.amount.minorUnits, seen: plan.order.amountRefunded,
                    by: stamp)
            ).1)
        guard let begun, begun.amount == plan.amount.minorUnits else {
            throw .failed("order \(plan.order.id) changed a moment ago; nothing was done, look at it again")
        }
        return (begun, begun.id == id)
    }

    /// The refund that Stripe made of the request, now or before; `nil` when it made none and may have forgotten that it
    /// was asked, so that asking again is a new question.
    private func made(
        _ request: RefundRequest, _ plan: RefundPlan, isNew: Bool
    ) async throws(StripeCallFault) -> Refund? {
        if !isNew {
            if let known = try await refunds(of: plan.payment).first(where: { isOf(request, $0) }) { return known }
            guard stamp.at < request.requestedAt + Refunding.keyLife else { return nil }
        }
        return try await stripe.send(
            StripeRequest<Refund>.refund(
                paymentIntent: plan.payment, amount: request.amount,
                metadata: [Refunding.mark: request.id.description], idempotencyKey: "latchkey-refund-\(request.id)"))
    }

    private func isOf(_ request: RefundRequest, _ refund: Refund) -> Bool {
        refund.metadata[Refunding.mark] == request.id.description
    }

    private func refunds(of payment: StripeID) async throws(StripeCallFault) -> [Refund] {
        var refunds: [Refund] = []
        var page: Page<Refund>
        repeat {
            page = try await stripe.send(
                StripeRequest<Page<Refund>>.refunds(of: payment, startingAfter: refunds.last?.id))
            refunds += page.elements
        } while page.hasMore && !page.elements.isEmpty
        return refunds
    }

    /// Notes what became of refunds, and that with it the request has come to its end, in one transaction: just as if
    /// Stripe's events about them had arrived, which then change nothing any more.
    private func note(
        _ refunds: [Refund], of payment: StripeID, ending request: RefundRequest, _ end: RefundRequestEnd
    ) async throws(CommandFault) {
        var news: [(PaymentNews, LedgerEntry)] = []
        for refund in refunds {
            do throws(FulfilmentFault) {
                news.append((try refund.news(seenAt: stamp.at), LedgerEntry(refund, of: payment, at: stamp.at)))
            } catch {
                throw .failed("Stripe says of the refund \(refund.id) what we do not know: \(error)")
            }
        }
        let noted = news
        try await mapError(
            CommandFault.database,
            await connection.transaction { connection throws(PostgresFault) in
                for (news, entry) in noted {
                    _ = try await connection.run(PaymentStatements.record(news, of: payment.text, from: entry))
                }
                _ = try await connection.run(
                    PaymentStatements.settle(
                        payment.text, PaymentMails(at: stamp.at), mailLeasedUntil: stamp.at,
                        by: stamp.actor.description, from: stamp.origin, at: stamp.at),
                    RefundRequestStatements.end(request.id, end, by: stamp))
            })
    }

    /// What to tell when Stripe made no refund, or none that we know of; a request that it refused is over.
    private func failure(
        _ fault: StripeCallFault, _ request: RefundRequest, _ plan: RefundPlan
    ) async throws(CommandFault) -> CommandFault {
        let code: String
        switch fault {
        case .answered(.refused(let word, _, _, _)): code = word ?? "refused"
        case .answered(.authentication): code = "authentication"
        case .answered, .unreachable:
            return .failed(
                "whether money went back is unknown (\(fault)): give the same command again, which looks the refund up "
                    + "and does not make a second one")
        }
        // Stripe may know of refunds that we have not heard of: that would be why.
        var (known, doubt): ([Refund], String) = ([], "")
        do throws(StripeCallFault) { known = try await refunds(of: plan.payment) } catch {
            doubt = "; what else it knows of the payment could not be asked (\(error))"
        }
        try await note(known, of: plan.payment, ending: request, .refused(code: code))
        return .failed("no money went back, Stripe refused: \(code)\(Refunding.advice(code))\(doubt)")
    }

    private static func advice(_ code: String) -> String {
        switch code {
        case "charge_already_refunded": "; all of it was refunded before, and the order says so now"
        case "charge_disputed": "; a dispute over the payment is open, answer that instead"
        case "authentication": "; STRIPE_API_KEY is wrong or may not make refunds"
        default: ""
        }
    }

    private func order(_ id: OrderID) async throws(CommandFault) -> OrderDetail {
        let found = try await mapError(
            CommandFault.database, await connection.run(OrderDetailStatements.find(.order(id))))
        return try onlyOne(found, of: "order", typed: id.description) { $0.id.description }
    }
}
