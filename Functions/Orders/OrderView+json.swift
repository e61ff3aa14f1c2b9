import Catalog
import DomainNames
import HTTP
import JSON
import Kernel
import Orders
import Outbox
import Settings

extension OrderView {
    /// The order as JSON.
    func json(_ base: PublicURL) -> JSONValue {
        .object([
            ("order", .string(record.order.description)),
            ("number", record.number.map { .integer($0.value) } ?? .null), ("status", .string(record.status.rawValue)),
            ("product", .string(record.productNames)),
            ("quantity", .integer(Int64(record.lines.reduce(0) { $0 + $1.quantity }))),
            ("amount", money(record.total.amount)), ("refunded", money(record.refunded.amount)),
            ("presentment_amount", record.total.presentment.map(money) ?? .null),
            ("presentment_refunded", record.refunded.presentment.map(money) ?? .null),
            ("ordered_at", time(record.orderedAt)), ("paid_at", time(record.paidAt)),
            ("license_keys", .array(keys.map(JSONValue.string))), ("license_keys_masked", .bool(keysUntil == nil)),
            ("license_keys_until", time(keysUntil)),
            ("download", open.first.map { download(of: $0, base) } ?? .null),
            ("lines", .array(record.lines.map { line($0, base) })), ("mail", mailJSON),
            ("address_changed_at", time(record.correctedAt)), ("address_changeable_until", time(correctableUntil)),
        ])
    }

    /// The JSON for a session without an order so far.
    static let unpaidJSON = JSONValue.object([("order", .null), ("status", "pending")])

    private func line(_ line: OrderRecord.Line, _ base: PublicURL) -> JSONValue {
        let shown = open.first { $0.record.position == line.position }
        return .object([
            ("line", .integer(Int64(line.position))), ("product", .string(line.name)),
            ("quantity", .integer(Int64(line.quantity))), ("unit_amount", money(line.amounts.money(\.unit))),
            ("discount", money(line.amounts.money(\.discount))), ("tax", money(line.amounts.money(\.tax))),
            ("amount", money(line.amounts.money(\.total))), ("refunded", money(line.amounts.money(\.refunded))),
            ("license_keys", .array(shown?.keys.map(JSONValue.string) ?? [])),
            ("download", shown.map { download(of: $0, base) } ?? .null),
        ])
    }

    private func download(of line: Line, _ base: PublicURL) -> JSONValue {
        guard let download = line.download else { return .null }
        let files = line.record.artifacts.map { artifact in
            JSONValue.object([
                ("name", .string(artifact.fileName)), ("platform", .string(artifact.platform)),
                ("size", .integer(artifact.size)), ("url", .string(base.link(download.path(of: artifact)))),
            ])
        }
        return .object([
            ("url", .string(base.link(download.path))), ("expires_at", time(download.expiresAt)),
            ("files", .array(files)),
        ])
    }

    private var mailJSON: JSONValue {
        guard let mail = record.mail else { return .null }
        return .object([
            ("to", .string(mail.recipient.shownMasked)), ("status", .string(mail.status.rawValue)),
            ("sent_at", time(mail.sentAt)),
        ])
    }

    private func money(_ amount: Money) -> JSONValue {
        .object([
            ("minor_units", .integer(amount.minorUnits)), ("currency", .string(amount.currency.code)),
        ])
    }

    private func time(_ instant: Instant?) -> JSONValue {
        instant.map { .string(CivilTime($0).rfc3339) } ?? .null
    }
}
