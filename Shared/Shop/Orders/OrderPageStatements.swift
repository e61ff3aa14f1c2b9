package import Catalog
package import Downloads
package import Kernel
package import Licensing
package import Outbox
package import Postgres

/// An order as its buyer sees it.
package struct OrderRecord: Equatable, Sendable {
    /// An active license.
    package struct License: Equatable, Sendable {
        /// What the key is derived from.
        package let origin: KeyOrigin
        /// The key's last four symbols.
        package let keyLastFour: String
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
    /// The order's status.
    package let status: OrderStatus
    /// When it was placed.
    package let orderedAt: Instant
    /// When it was paid.
    package let paidAt: Instant?
    /// The total.
    package let total: Money
    /// The quantity.
    package let quantity: Int
    /// The recipient of its mails; `nil` before the buyer gave an address.
    package let email: EmailAddress?
    /// The shop's name.
    package let shopName: String
    /// The product's name.
    package let productName: String
    /// The prefix of the license keys.
    package let keyPrefix: String
    /// The active licenses.
    package let licenses: [License]
    /// The newest grant that is still usable.
    package let grant: Grant?
    /// The newest mail with the order's keys to the present address.
    package let mail: Mail?
    /// The amount refunded.
    package let refunded: Money
    /// When the address was last corrected.
    package let correctedAt: Instant?
    /// How often the buyer corrected it.
    package let corrections: Int
    /// The newest release's files.
    package fileprivate(set) var artifacts: [Artifact]
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
            SELECT o.id, o.status, o.created_at, o.paid_at, o.amount_total, o.currency, i.quantity, o.email,
                s.name, p.name, p.key_prefix, l.ids, l.versions, l.last_fours, g.id, g.expires_at, g.max_uses,
                m.recipient, m.status, m.sent_at, r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256,
                l.reissues,
                o.amount_refunded, o.email_corrected_at, o.email_corrections
            FROM orders o
            JOIN shops s ON s.id = o.shop_id
            JOIN order_items i ON i.order_id = o.id AND i.position = 1
            JOIN products p ON p.id = i.product_id
            LEFT JOIN LATERAL (
                SELECT array_agg(id ORDER BY id) AS ids, array_agg(key_version ORDER BY id) AS versions,
                    array_agg(reissues ORDER BY id) AS reissues, array_agg(key_last_four ORDER BY id) AS last_fours
                FROM licenses WHERE order_id = o.id AND status = 'active'
            ) l ON true
            LEFT JOIN LATERAL (
                SELECT id, expires_at, max_uses FROM download_grants
                WHERE order_id = o.id AND revoked_at IS NULL AND uses < max_uses AND expires_at > \(now)
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
            ORDER BY a.platform, a.file_name
            """
        ) { result throws(PostgresFault) in
            var record: OrderRecord?
            for index in 0..<result.rowCount {
                if record == nil { record = try result.withRow(index, order) }
                if let artifact = try result.withRow(index, artifact) { record?.artifacts.append(artifact) }
            }
            return record
        }
    }

    private static func order(_ row: borrowing Row) throws(PostgresFault) -> OrderRecord {
        let currency = try row.currency(5)
        return OrderRecord(
            order: try row.id(0), status: try row.orderStatus(1), orderedAt: try row.instant(2),
            paidAt: try row.optionalInstant(3), total: Money(minorUnits: try row.integer(4), currency: currency),
            quantity: Int(try row.integer(6)), email: try row.optionalText(7).flatMap { EmailAddress(stored: $0) },
            shopName: try row.text(8), productName: try row.text(9), keyPrefix: try row.text(10),
            licenses: try licenses(row), grant: try grant(row), mail: try mail(row),
            refunded: Money(minorUnits: try row.integer(27), currency: currency),
            correctedAt: try row.optionalInstant(28), corrections: Int(try row.integer(29)),
            artifacts: [])
    }

    private static func licenses(_ row: borrowing Row) throws(PostgresFault) -> [OrderRecord.License] {
        guard !row.isNull(11) else { return [] }
        let ids: [LicenseID] = try row.ids(11)
        let (prefix, lastFours) = (try row.text(10), try row.texts(13))
        let (versions, reissues) = (try row.integers(12), try row.integers(26))
        return ids.indices.map { index in
            OrderRecord.License(
                origin: KeyOrigin(
                    license: ids[index], prefix: prefix, version: Int(versions[index]),
                    reissues: Int(reissues[index])), keyLastFour: lastFours[index])
        }
    }

    private static func grant(_ row: borrowing Row) throws(PostgresFault) -> Grant? {
        guard let id: GrantID = try row.optionalID(14) else { return nil }
        return Grant(id: id, expiresAt: try row.instant(15), maxUses: Int(try row.integer(16)))
    }

    private static func mail(_ row: borrowing Row) throws(PostgresFault) -> OrderRecord.Mail? {
        guard !row.isNull(18) else { return nil }
        return OrderRecord.Mail(
            recipient: try row.word(17, "address") { EmailAddress(stored: $0) }, status: try row.emailStatus(18),
            sentAt: try row.optionalInstant(19))
    }

    private static func artifact(_ row: borrowing Row) throws(PostgresFault) -> Artifact? {
        row.isNull(21) ? nil : try ArtifactColumns.read(row, from: 20)
    }
}
