package import Kernel
import Licensing
import Orders
package import Postgres

/// Reads the purchases that mails are about.
package enum PurchaseStatements {
    /// Reads the purchases of each mail in `mails`: its order, or for a resend all orders of the same customer.
    ///
    /// Orders whose address has changed since are excluded, so that a mail to a corrected address is outdated, except
    /// the notice of the correction itself.
    package static func purchases(of mails: [EmailID]) -> Statement<[(EmailID, Purchase)]> {
        .rows(
            """
            SELECT c.id, o.id, o.status, o.created_at, o.amount_total, o.amount_refunded, o.currency, p.id, p.key_prefix,
                l.ids, l.versions, l.reissues
            FROM emails c
            JOIN orders own ON own.id = c.order_id
            JOIN orders o ON (c.kind = 'address_changed' OR lower(o.email) = lower(c.recipient))
                AND (o.id = own.id OR (c.kind = 'resend' AND o.customer_id = own.customer_id))
            JOIN order_items i ON i.order_id = o.id
            JOIN products p ON p.id = i.product_id
            LEFT JOIN LATERAL (
                SELECT array_agg(id ORDER BY id) AS ids, array_agg(key_version ORDER BY id) AS versions,
                    array_agg(reissues ORDER BY id) AS reissues
                FROM licenses WHERE order_id = o.id AND status = 'active'
            ) l ON true
            WHERE c.id = ANY (\(mails))
            ORDER BY c.created_at, c.id, o.created_at
            """
        ) { row throws(PostgresFault) in (try row.id(0), try purchase(row)) }
    }

    private static func purchase(_ row: borrowing Row) throws(PostgresFault) -> Purchase {
        let currency = try row.currency(6)
        return Purchase(
            order: try row.id(1), status: try row.orderStatus(2), orderedAt: try row.instant(3),
            total: Money(minorUnits: try row.integer(4), currency: currency),
            refunded: Money(minorUnits: try row.integer(5), currency: currency), product: try row.id(7),
            licenses: try licenses(row))
    }

    private static func licenses(_ row: borrowing Row) throws(PostgresFault) -> [KeyOrigin] {
        guard !row.isNull(9) else { return [] }
        let ids: [LicenseID] = try row.ids(9)
        let (prefix, versions, reissues) = (try row.text(8), try row.integers(10), try row.integers(11))
        return ids.indices.map { index in
            KeyOrigin(
                license: ids[index], prefix: prefix, version: Int(versions[index]), reissues: Int(reissues[index]))
        }
    }
}
