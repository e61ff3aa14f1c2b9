package import Catalog
package import Downloads
package import Kernel
package import Licensing
package import Outbox
package import Postgres

/// An order as its buyer sees it.
package struct OrderRecord: Equatable, Sendable {
    /// A line of the order.
    package struct Line: Equatable, Sendable {
        /// An active license.
        package struct License: Equatable, Sendable {
            /// What the key is derived from; `nil` for a product without keys.
            package let origin: KeyOrigin?
            /// The key with all but its last four symbols masked; `nil` likewise.
            package let maskedKey: String?
        }

        /// The line's place in the order, from 1.
        package let position: Int
        /// The product's name, or what Stripe calls it.
        package let name: String
        /// Whether it is a product of the shop's.
        package let isProduct: Bool
        /// The quantity.
        package let quantity: Int
        /// What it cost.
        package let amounts: LineAmounts
        /// The active licenses, in order of their IDs.
        package let licenses: [License]
        /// The newest grant that is still usable.
        package let grant: Grant?
        /// The newest release's files.
        package fileprivate(set) var artifacts: [Artifact] = []
    }

    /// The newest mail with the order's keys.
    package struct Mail: Equatable, Sendable {
        /// The mail's recipient.
        package let recipient: EmailAddress
        /// The mail's status.
        package let status: EmailStatus
        /// When the mail server accepted it.
        package let sentAt: Instant?
    }

    /// The order's ID.
    package let order: OrderID
    /// Its number; `nil` before it is paid.
    package let number: OrderNumber?
    /// The order's status.
    package let status: OrderStatus
    /// When it was placed.
    package let orderedAt: Instant
    /// When it was paid.
    package let paidAt: Instant?
    /// The total.
    package let total: BuyerAmount
    /// The recipient of its mails; `nil` before the buyer gave an address.
    package let email: EmailAddress?
    /// The shop's name.
    package let shopName: String
    /// The newest mail with the order's keys to the present address.
    package let mail: Mail?
    /// The amount refunded.
    package let refunded: BuyerAmount
    /// When the address was last corrected.
    package let correctedAt: Instant?
    /// How often the buyer corrected it.
    package let corrections: Int
    /// The lines, by position.
    package fileprivate(set) var lines: [Line] = []

    /// Whether a license is active.
    package var hasAccess: Bool { lines.contains { !$0.licenses.isEmpty } }

    /// The names of what was bought, each once.
    package var productNames: String { lines.map(\.name).eachOnce.joined(separator: ", ") }
}

/// The read behind the order page.
package enum OrderPageStatements {
    /// Returns the order of `session`, paid or not; `nil` if there is none.
    ///
    /// - Parameter kinds: the kinds of mail that contain keys, of which the page shows the newest.
    package static func order(
        session: String, keyMails kinds: [EmailKind], at now: Instant
    ) -> Statement<OrderRecord?> {
        Statement(
            """
            SELECT o.id, o.status, o.created_at, o.paid_at, o.amount_total, o.currency, o.email, s.name,
                m.recipient, m.status, m.sent_at, o.amount_refunded, o.email_corrected_at, o.email_corrections,
                i.position, COALESCE(p.name, i.description), p.id IS NOT NULL, i.quantity, i.unit_amount,
                i.amount_discount, i.amount_tax, i.amount_total, i.amount_refunded,
                p.key_prefix, l.ids, l.versions, l.reissues, l.last_fours, g.id, g.expires_at, g.max_uses,
                r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256,
                o.presentment_amount, o.presentment_currency, \(PaymentStatements.refundedPresentment), o.number
            FROM orders o
            JOIN shops s ON s.id = o.shop_id
            JOIN order_lines i ON i.order_id = o.id
            LEFT JOIN products p ON p.id = i.product_id
            LEFT JOIN LATERAL (
                SELECT array_agg(id ORDER BY id) AS ids, array_agg(COALESCE(key_version, 0) ORDER BY id) AS versions,
                    array_agg(reissues ORDER BY id) AS reissues,
                    array_agg(COALESCE(key_last_four, '') ORDER BY id) AS last_fours
                FROM licenses WHERE order_id = o.id AND line = i.position AND status = 'active'
            ) l ON true
            LEFT JOIN LATERAL (
                SELECT id, expires_at, max_uses FROM download_grants
                WHERE order_id = o.id AND line = i.position AND revoked_at IS NULL AND uses < max_uses
                    AND expires_at > \(now)
                ORDER BY created_at DESC, id DESC LIMIT 1
            ) g ON true
            LEFT JOIN LATERAL (
                SELECT recipient, status, sent_at FROM emails
                WHERE order_id = o.id AND lower(recipient) = lower(o.email)
                    AND kind = ANY(\(kinds.map(\.rawValue))::text[])
                ORDER BY created_at DESC, id DESC LIMIT 1
            ) m ON true
            LEFT JOIN LATERAL (
                SELECT id, version FROM releases WHERE product_id = p.id ORDER BY released_at DESC, id DESC LIMIT 1
            ) r ON true
            LEFT JOIN artifacts a ON a.release_id = r.id
            WHERE o.stripe_session_id = \(session)
            ORDER BY i.position, a.platform, a.file_name
            """
        ) { result throws(PostgresFault) in
            var record: OrderRecord?
            for index in 0..<result.rowCount {
                var order = if let record { record } else { try result.withRow(index, order) }
                try result.withRow(index) { row throws(PostgresFault) in try add(row, to: &order.lines) }
                record = order
            }
            return record
        }
    }

    private static func order(_ row: borrowing Row) throws(PostgresFault) -> OrderRecord {
        OrderRecord(
            order: try row.id(0), number: try row.orderNumber(40), status: try row.orderStatus(1),
            orderedAt: try row.instant(2),
            paidAt: try row.optionalInstant(3), total: try row.buyerAmount(4, in: 5, presentment: 37, in: 38),
            email: try row.optionalText(6).flatMap { EmailAddress(stored: $0) }, shopName: try row.text(7),
            mail: try mail(row), refunded: try row.buyerAmount(11, in: 5, presentment: 39, in: 38),
            correctedAt: try row.optionalInstant(12), corrections: Int(try row.integer(13)))
    }

    /// Adds the row's file to the last line, or the line that it begins.
    private static func add(_ row: borrowing Row, to lines: inout [OrderRecord.Line]) throws(PostgresFault) {
        let position = Int(try row.integer(14))
        if lines.last?.position != position { lines.append(try line(row, at: position)) }
        guard !row.isNull(32) else { return }
        lines[lines.count - 1].artifacts.append(try ArtifactColumns.read(row, from: 31))
    }

    private static func line(_ row: borrowing Row, at position: Int) throws(PostgresFault) -> OrderRecord.Line {
        OrderRecord.Line(
            position: position, name: try row.text(15), isProduct: try row.bool(16),
            quantity: Int(try row.integer(17)), amounts: try row.lineAmounts(18, currency: 5),
            licenses: try licenses(row), grant: try grant(row))
    }

    private static func licenses(_ row: borrowing Row) throws(PostgresFault) -> [OrderRecord.Line.License] {
        guard !row.isNull(24) else { return [] }
        let ids: [LicenseID] = try row.ids(24)
        let (prefix, lastFours) = (try row.optionalText(23), try row.texts(27))
        let (versions, reissues) = (try row.integers(25), try row.integers(26))
        return ids.indices.map { index in
            guard let prefix, versions[index] > 0 else { return OrderRecord.Line.License(origin: nil, maskedKey: nil) }
            return OrderRecord.Line.License(
                origin: KeyOrigin(
                    license: ids[index], prefix: prefix, version: Int(versions[index]),
                    reissues: Int(reissues[index])),
                maskedKey: LicenseKey.masked(prefix: prefix, lastFour: lastFours[index]))
        }
    }

    private static func grant(_ row: borrowing Row) throws(PostgresFault) -> Grant? {
        guard let id: GrantID = try row.optionalID(28) else { return nil }
        return Grant(id: id, expiresAt: try row.instant(29), maxUses: Int(try row.integer(30)))
    }

    private static func mail(_ row: borrowing Row) throws(PostgresFault) -> OrderRecord.Mail? {
        guard !row.isNull(9) else { return nil }
        return OrderRecord.Mail(
            recipient: try row.word(8, "address") { EmailAddress(stored: $0) }, status: try row.emailStatus(9),
            sentAt: try row.optionalInstant(10))
    }
}
