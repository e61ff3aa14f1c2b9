import Downloads
import Fulfilment
import Kernel
import Licensing
import Orders
import Outbox
import Stripe

extension OrderReport {
    /// The text output.
    var lines: [String] {
        ["Order \(order.id)"] + aligned(facts) + section("Bought", items.map(row))
            + section("Licenses", licenses.map(row)) + sectionIfAny("Refunds", refunds.map(row))
            + sectionIfAny("Disputes", disputes.map(row)) + section("Mails", emails.map(row))
            + section("Download links", grants.map(row)) + sectionIfAny("History", history.map(\.historyCells))
            + (events.map { section("Events", $0.map(row)) } ?? [])
    }

    private var facts: [[String]] {
        let facts: [(String, String?)] = [
            ("status", order.status.rawValue + (order.isLive ? "" : " (test mode)")), ("total", order.total.formatted),
            ("buyer", order.email.map(shown)), ("session", order.session), ("payment", order.paymentIntent),
            ("ordered", order.createdAt.toTheSecond), ("paid", order.paidAt?.toTheSecond),
        ]
        return facts.map { [$0.0, $0.1 ?? "–"] } + rareFacts
    }

    /// Facts that most orders lack.
    private var rareFacts: [[String]] {
        let refunded = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        let failure = order.lastPaymentError.map { error in
            [error] + (order.lastPaymentErrorAt.map { ["at \($0.toTheSecond)"] } ?? [])
        }
        return (order.amountRefunded > 0 ? [["refunded", refunded.formatted]] : [])
            + (failure.map { [["last failure", $0.joined(separator: " ")]] } ?? [])
            + (order.email == nil
                ? order.statedEmail.map { [["no address", "«\($0)», as given at the payment"]] } ?? [] : [])
            + (order.emailCorrectedAt.map { [["address put right", $0.toTheSecond]] } ?? [])
    }

    private func section(_ title: String, _ rows: [[String]]) -> [String] {
        ["", title] + (rows.isEmpty ? ["  none"] : aligned(rows))
    }

    private func sectionIfAny(_ title: String, _ rows: [[String]]) -> [String] {
        rows.isEmpty ? [] : section(title, rows)
    }

    private func row(_ item: OrderPart.Item) -> [String] {
        let price = Money(minorUnits: item.unitAmount, currency: order.total.currency)
        return ["\(item.quantity) ×", item.productName, item.product, "\(price.formatted) each"]
    }

    private func row(_ license: OrderPart.License) -> [String] {
        let reissues = license.reissues == 0 ? "" : ", reissued \(license.reissues)×"
        return [
            "…-\(license.lastFour)", license.status.rawValue, license.product,
            "version \(license.keyVersion)\(reissues)",
            "\(license.id)", license.heldAt.map { "closed by hand \($0.toTheSecond)" } ?? "",
        ]
    }

    private func row(_ refund: OrderPart.Refund) -> [String] {
        let amount = Money(minorUnits: refund.amount, currency: refund.currency ?? order.total.currency)
        return [refund.reportedAt.toTheSecond, amount.formatted, refund.status.rawValue, refund.id]
    }

    private func row(_ dispute: OrderPart.Dispute) -> [String] {
        [dispute.reportedAt.toTheSecond, dispute.status.rawValue, dispute.id]
    }

    private func row(_ mail: OrderPart.Email) -> [String] {
        let news =
            mail.sentAt.map { "at \($0.toTheSecond)" }
            ?? (mail.status == .pending ? "next \(mail.nextAttemptAt.toTheSecond)" : "")
        let attempts = "\(mail.attempts) attempt\(mail.attempts == 1 ? "" : "s")"
        return [mail.kind.rawValue, mail.status.rawValue, attempts, shown(mail.recipient), news, mail.lastError ?? ""]
    }

    private func row(_ grant: OrderPart.Grant) -> [String] {
        ["\(grant.id)", "\(grant.uses) of \(grant.maxUses) used", "until \(grant.expiresAt.toTheSecond)"]
            + (grant.isRevoked ? ["revoked"] : [])
    }

    private func row(_ event: LedgeredEvent) -> [String] {
        [event.receivedAt.toTheSecond, event.type, event.status.rawValue, event.id, event.error ?? ""]
    }
}
