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
        Statement(
            """
            SELECT c.id, o.id, o.status, o.created_at, o.amount_total, o.amount_refunded, o.currency,
                i.position, i.product_id, i.description, i.quantity, i.unit_amount, i.amount_discount, i.amount_tax,
                i.amount_total, i.amount_refunded, p.key_prefix, l.active, l.ids, l.versions, l.reissues,
                o.presentment_amount, o.presentment_currency, \(PaymentStatements.refundedPresentment), o.number
            FROM emails c
            JOIN orders own ON own.id = c.order_id
            JOIN orders o ON (c.kind = 'address_changed' OR lower(o.email) = lower(c.recipient))
                AND (o.id = own.id OR (c.kind = 'resend' AND o.customer_id = own.customer_id))
            JOIN order_lines i ON i.order_id = o.id
            LEFT JOIN products p ON p.id = i.product_id
            LEFT JOIN LATERAL (
                SELECT count(*) AS active, array_agg(id ORDER BY id) AS ids, array_agg(key_version ORDER BY id) AS versions,
                    array_agg(reissues ORDER BY id) AS reissues
                FROM licenses WHERE order_id = o.id AND line = i.position AND status = 'active'
            ) l ON true
            WHERE c.id = ANY (\(mails))
            ORDER BY c.created_at, c.id, o.created_at, o.id, i.position
            """
        ) { result throws(PostgresFault) in
            var purchases: [(EmailID, Purchase)] = []
            for index in 0..<result.rowCount {
                try result.withRow(index) { row throws(PostgresFault) in try add(row, to: &purchases) }
            }
            return purchases
        }
    }

    /// Adds a line to the last purchase, or the purchase that it begins.
    private static func add(
        _ row: borrowing Row, to purchases: inout [(EmailID, Purchase)]
    ) throws(PostgresFault) {
        let (mail, order): (EmailID, OrderID) = (try row.id(0), try row.id(1))
        if purchases.last?.0 != mail || purchases.last?.1.order != order {
            purchases.append((mail, try purchase(row, order)))
        }
        purchases[purchases.count - 1].1.lines.append(try line(row))
    }

    private static func purchase(_ row: borrowing Row, _ order: OrderID) throws(PostgresFault) -> Purchase {
        Purchase(
            order: order, number: try row.orderNumber(24), status: try row.orderStatus(2),
            orderedAt: try row.instant(3),
            total: try row.buyerAmount(4, in: 6, presentment: 21, in: 22),
            refunded: try row.buyerAmount(5, in: 6, presentment: 23, in: 22), lines: [])
    }

    private static func line(_ row: borrowing Row) throws(PostgresFault) -> Purchase.Line {
        Purchase.Line(
            position: Int(try row.integer(7)), product: try row.optionalID(8), description: try row.optionalText(9),
            quantity: Int(try row.integer(10)), amounts: try row.lineAmounts(11, currency: 6),
            activeLicenses: Int(try row.integer(17)), keys: try keys(row))
    }

    private static func keys(_ row: borrowing Row) throws(PostgresFault) -> [KeyOrigin] {
        guard let prefix = try row.optionalText(16), !row.isNull(18) else { return [] }
        let ids: [LicenseID] = try row.ids(18)
        let (versions, reissues) = (try row.integers(19), try row.integers(20))
        return ids.indices.map { index in
            KeyOrigin(
                license: ids[index], prefix: prefix, version: Int(versions[index]), reissues: Int(reissues[index]))
        }
    }
}
