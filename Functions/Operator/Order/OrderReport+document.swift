import Downloads
import Fulfilment
import JSON
import Kernel
import Licensing
import Orders
import Outbox
import Stripe

extension OrderReport {
    /// The JSON output.
    var document: JSONValue {
        let members: [(String, JSONValue)] = [
            ("id", .string(order.id.description)),
            ("number", order.number.member), ("status", .string(order.status.rawValue)),
            ("email", text(order.email)), ("stated_email", text(order.statedEmail)),
            ("currency", .string(order.total.currency.code)), ("amount_total", .integer(order.total.minorUnits)),
            ("presentment_currency", text(order.presentment?.currency.code)),
            ("presentment_amount", order.presentment.map { .integer($0.minorUnits) } ?? .null),
            ("amount_refunded", .integer(order.amountRefunded)),
            ("stripe_session_id", text(order.session)), ("stripe_payment_intent_id", text(order.paymentIntent)),
            ("livemode", .bool(order.isLive)), ("created_at", time(order.createdAt)), ("paid_at", time(order.paidAt)),
            ("last_payment_error", text(order.lastPaymentError)),
            ("last_payment_error_at", time(order.lastPaymentErrorAt)),
            ("email_corrected_at", time(order.emailCorrectedAt)),
            ("lines", .array(lines.map(object))), ("licenses", .array(licenses.map(object))),
            ("refunds", .array(refunds.map(object))), ("disputes", .array(disputes.map(object))),
            ("emails", .array(emails.map(object))), ("grants", .array(grants.map(object))),
            ("history", .array(history.map(\.document))),
        ]
        return .object(members + (events.map { [("events", .array($0.map(object)))] } ?? []))
    }

    private func object(_ line: OrderPart.Line) -> JSONValue {
        .object([
            ("line", .integer(Int64(line.position))), ("product", text(line.product)), ("name", .string(line.name)),
            ("quantity", .integer(line.quantity)), ("unit_amount", .integer(line.amounts.unit)),
            ("amount_discount", .integer(line.amounts.discount)), ("amount_tax", .integer(line.amounts.tax)),
            ("amount_total", .integer(line.amounts.total)), ("amount_refunded", .integer(line.amounts.refunded)),
        ])
    }

    private func object(_ license: OrderPart.License) -> JSONValue {
        .object([
            ("id", .string(license.id.description)), ("line", .integer(Int64(license.line))),
            ("last4", text(license.lastFour)),
            ("status", .string(license.status.rawValue)), ("product", .string(license.product)),
            ("key_version", license.keyVersion.map(JSONValue.integer) ?? .null),
            ("reissues", .integer(license.reissues)),
            ("held_at", time(license.heldAt)),
        ])
    }

    private func object(_ refund: OrderPart.Refund) -> JSONValue {
        .object([
            ("id", .string(refund.id)), ("amount", .integer(refund.amount)),
            ("currency", .string((refund.currency ?? order.total.currency).code)),
            ("status", .string(refund.status.rawValue)),
            ("stated_at", time(refund.reportedAt)), ("lines", refund.lines.map(object) ?? .null),
        ])
    }

    private func object(_ lines: RefundLines) -> JSONValue {
        .array(
            lines.shares.map { .object([("line", .integer(Int64($0.line))), ("amount", .integer($0.amount))]) })
    }

    private func object(_ dispute: OrderPart.Dispute) -> JSONValue {
        .object([
            ("id", .string(dispute.id)), ("status", .string(dispute.status.rawValue)),
            ("stated_at", time(dispute.reportedAt)),
        ])
    }

    private func object(_ mail: OrderPart.Email) -> JSONValue {
        .object([
            ("id", .string(mail.id.description)), ("kind", .string(mail.kind.rawValue)),
            ("status", .string(mail.status.rawValue)),
            ("attempts", .integer(mail.attempts)), ("recipient", .string(mail.recipient)),
            ("sent_at", time(mail.sentAt)), ("next_attempt_at", time(mail.nextAttemptAt)),
            ("last_error", text(mail.lastError)),
        ])
    }

    private func object(_ grant: OrderPart.Grant) -> JSONValue {
        .object([
            ("id", .string(grant.id.description)), ("line", .integer(Int64(grant.line))),
            ("uses", .integer(grant.uses)),
            ("max_uses", .integer(grant.maxUses)), ("expires_at", time(grant.expiresAt)),
            ("revoked", .bool(grant.isRevoked)),
        ])
    }

    private func object(_ event: LedgeredEvent) -> JSONValue {
        .object([
            ("id", .string(event.id)), ("type", .string(event.type)), ("status", .string(event.status.rawValue)),
            ("attempts", .integer(event.attempts)), ("received_at", time(event.receivedAt)),
            ("error", text(event.error)),
        ])
    }

    private func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    private func time(_ instant: Instant?) -> JSONValue {
        instant.map { .string(CivilTime($0).rfc3339) } ?? .null
    }
}
