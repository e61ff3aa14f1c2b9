import Downloads
import Fulfilment
import Kernel
import Licensing
import Orders
import Outbox
import Stripe

extension OrderReport {
    /// The text output.
    var textLines: [String] {
        ["Order \(order.name)"] + aligned(facts) + section("Lines", lines.map(row))
            + section("Licenses", licenses.map(row)) + sectionIfAny("Refunds", refunds.map(row))
            + sectionIfAny("Disputes", disputes.map(row)) + section("Mails", emails.map(row))
            + section("Download links", grants.map(row)) + sectionIfAny("History", history.map(\.historyCells))
            + (events.map { section("Events", $0.map(row)) } ?? [])
    }

    private var facts: [[String]] {
        let facts: [(String, String?)] = [
            ("id", order.id.description), ("status", order.status.rawValue + (order.isLive ? "" : " (test mode)")),
            ("total", order.total.formatted),
            ("buyer", order.email.map(shown)), ("session", order.session), ("payment", order.paymentIntent),
            ("ordered", order.createdAt.toTheSecond), ("paid", order.paidAt?.toTheSecond),
        ]
        return facts.map { [$0.0, $0.1 ?? "–"] } + rareFacts
    }

    /// Facts that most orders lack.
    private var rareFacts: [[String]] {
        let refunded = Money(minorUnits: order.amountRefunded, currency: order.total.currency)
        let unallocated = order.amountRefunded - lines.reduce(0) { $0 + $1.amounts.refunded }
        let failure = order.lastPaymentError.map { error in
            [error] + (order.lastPaymentErrorAt.map { ["at \($0.toTheSecond)"] } ?? [])
        }
        var facts: [[String]] = []
        if let charged = order.presentment {
            facts.append(["charged", "\(charged.formatted), in the buyer's currency"])
        }
        if order.amountRefunded > 0 { facts.append(["refunded", refunded.formatted]) }
        if unallocated > 0 {
            facts.append(["of no line", Money(minorUnits: unallocated, currency: order.total.currency).formatted])
        }
        if let failure { facts.append(["last failure", failure.joined(separator: " ")]) }
        if order.email == nil, let stated = order.statedEmail {
            facts.append(["no address", "«\(stated)», as given at the payment"])
        }
        if let correctedAt = order.emailCorrectedAt { facts.append(["address put right", correctedAt.toTheSecond]) }
        return facts
    }

    private func section(_ title: String, _ rows: [[String]]) -> [String] {
        ["", title] + (rows.isEmpty ? ["  none"] : aligned(rows))
    }

    private func sectionIfAny(_ title: String, _ rows: [[String]]) -> [String] {
        rows.isEmpty ? [] : section(title, rows)
    }

    private func row(_ line: OrderPart.Line) -> [String] {
        let amounts = line.amounts
        return [
            "\(line.position).", "\(line.quantity) ×", line.name, line.product ?? "not in the catalog",
            "\(amounts.money(\.unit).formatted) each", amounts.money(\.total).formatted,
        ] + amounts.details.map { "\($0.name) \($0.amount.formatted)" }
    }

    private func row(_ license: OrderPart.License) -> [String] {
        let reissues = license.reissues == 0 ? "" : ", reissued \(license.reissues)×"
        return line(license.line) + [
            license.lastFour.map { "…-\($0)" } ?? "no key", license.status.rawValue, license.product,
            license.keyVersion.map { "version \($0)\(reissues)" } ?? "",
            "\(license.id)", license.heldAt.map { "closed by hand \($0.toTheSecond)" } ?? "",
        ]
    }

    private func row(_ refund: OrderPart.Refund) -> [String] {
        let currency = refund.currency ?? order.total.currency
        let amount = Money(minorUnits: refund.amount, currency: currency)
        let lines = refund.lines?.shares.map { share in
            "\(Money(minorUnits: share.amount, currency: currency).formatted) of line \(share.line)"
        }
        return [refund.reportedAt.toTheSecond, amount.formatted, refund.status.rawValue, refund.id]
            + (lines.map { [$0.joined(separator: ", ")] } ?? [])
    }

    /// A cell with the line that something belongs to, if the order has several.
    private func line(_ position: Int) -> [String] { lines.count > 1 ? ["line \(position)"] : [] }

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
        line(grant.line) + [
            "\(grant.id)", "\(grant.uses) of \(grant.maxUses) used", "until \(grant.expiresAt.toTheSecond)",
        ]
            + (grant.isRevoked ? ["revoked"] : [])
    }

    private func row(_ event: LedgeredEvent) -> [String] {
        [event.receivedAt.toTheSecond, event.type, event.status.rawValue, event.id, event.error ?? ""]
    }
}
