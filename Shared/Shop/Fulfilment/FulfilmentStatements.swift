import Audit
import Downloads
import JSON
package import Kernel
import Licensing
package import Orders
import Outbox
package import Postgres

/// The effect of a checkout update.
package struct FulfilmentOutcome: Equatable, Sendable {
    /// The order that changed; `nil` if the update was known already.
    package let order: OrderID?
    /// Its new status.
    package let status: OrderStatus?
    /// The recipient of the receipt, which is queued and leased to the caller; `nil` if there is no receipt to send.
    ///
    /// This is the buyer's address as Stripe has it, or as it has been corrected since.
    package let recipient: EmailAddress?
    /// Whether the outbox is held, so that the receipt must not be sent unless it may probe.
    package let isOutboxHeld: Bool
    /// Whether refunds or disputes in another currency are known of its payment; they do not count.
    package let hasForeignFacts: Bool
    /// The order's number; `nil` before it is paid.
    package let number: OrderNumber?
    /// Whether a receipt is queued.
    package var hasMail: Bool { recipient != nil }
    /// Whether the order became paid and no mail can be sent, because it has no valid address.
    package var lacksAddress: Bool { status?.access == .active && !hasMail }
}

/// The one statement that turns a checkout update into an order, its licenses, its grant and its mail.
package enum FulfilmentStatements {
    /// Takes the lock of the sale's payment; run it before `apply` in the same transaction.
    ///
    /// Without it a concurrent refund or dispute could be missed.
    package static func lock(_ sale: Sale) -> Statement<Void> {
        PaymentStatements.lock(sale.paymentIntent ?? sale.session)
    }

    /// Applies `sale` once for the event, even if repeated or concurrent; run it after `lock`.
    ///
    /// A corrected address stays as it is, whatever address Stripe reports later.
    ///
    /// Known facts of the payment count at once: a sale that was refunded before it arrived grants no access.
    ///
    /// Two locks make a repeat harmless: the event's row in the ledger (a second copy waits for the first and then
    /// finds it), and the order's row with the statuses in which the update applies (a different event about the same
    /// sale finds it paid). Everything is inserted from the changed order's row, so all of it commits or none.
    ///
    /// Only sales are audited: unpaid orders are deleted later, and the audit log is permanent.
    ///
    /// - Parameter actor: the audit log's name for the caller, such as `function:webhook`.
    package static func apply(
        _ sale: Sale, of shop: ShopID, _ entitlement: Entitlement, from entry: LedgerEntry,
        mailLeasedUntil lease: Instant,
        by actor: String, at now: Instant
    ) -> Statement<FulfilmentOutcome> {
        Statement(
            """
            WITH \(input(sale, of: shop, entitlement, lease, actor, now)), event AS (
                \(LedgerStatements.claim(entry))
            ), \(order), license AS (
                \(LicenseStatements.issue(
                    entitlement.licenses, keyVersion: entitlement.keyVersion, from: "sold, item", order: "sold.id",
                    line: "sold.position", product: "sold.product", status: "sold.access", at: "item.now"))
            ), \(consequences)
            SELECT id, status, CASE WHEN mail = 'receipt' THEN email END,
                (\(HoldStatements.isHeld))::integer + 2 * (SELECT is_foreign FROM facts)::integer, number
            FROM sale
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else {
                return FulfilmentOutcome(
                    order: nil, status: nil, recipient: nil, isOutboxHeld: false, hasForeignFacts: false,
                    number: nil)
            }
            return try result.withRow(0, outcome)
        }
    }

    // Parts without values, made once.

    /// The CTEs from `input` and `event` to the order and its lines.
    private static let order: SQL = """
        item AS (
            SELECT input.* FROM event, input
        ), \(SaleStatements.lines), \(SaleStatements.customer), payment AS (
            SELECT payment AS id, currency FROM input
        ), \(PaymentStatements.facts), \(PaymentStatements.share(isAsked: "false")), open_line AS (
            \(SaleStatements.openLines)
        ), sale AS (
            \(SaleStatements.place)
        ), sold AS (
            \(SaleStatements.sold)
        ), order_line AS (
            \(SaleStatements.addLines)
        )
        """

    /// The CTEs of what the order brings: links, the mail and the entry in the audit log.
    private static let consequences: SQL = """
        new_grant AS (
            SELECT sold.grant_id AS id, sold.id AS order_id, sold.position AS line,
                sold.grant_expires_at AS expires_at, sold.grant_max_uses AS max_uses, item.now AS at
            FROM sold, item WHERE item.is_paid AND sold.grant_id IS NOT NULL
        ), download AS (
            \(GrantStatements.issue(from: "new_grant"))
        ), due_mail AS (
            SELECT item.email_id AS id, sale.id AS order_id, mail AS kind, sale.email AS recipient,
                CASE mail WHEN 'receipt' THEN item.lease END AS leased_until, item.now AS at
            FROM sale, item WHERE mail IS NOT NULL
        ), mail AS (
            \(OutboxStatements.enqueue(from: "due_mail"))
        ), audit AS (
            \(audit)
        )
        """
    private static let audit = AuditStatements.append(
        "'order.' || status", of: "id",
        details: """
            'licenses', item.licenses, 'amount', item.total, 'currency', item.currency,
            'amount_refunded', amount_refunded, 'payment', item.payment
            """,
        by: "item.actor", at: "item.now", from: "sale, item WHERE item.is_paid")

    /// Returns the CTE `input`, which binds each value of the sale once.
    private static func input(
        _ sale: Sale, of shop: ShopID, _ entitlement: Entitlement, _ lease: Instant, _ actor: String, _ now: Instant
    ) -> SQL {
        """
        input AS (
            SELECT \(sale.order)::uuid AS order_id, \(sale.fallbackOrder)::uuid AS fallback_order, \(sale.session)::text AS session,
                \(sale.paymentIntent)::text AS payment, \(sale.email)::text AS email, \(sale.statedEmail)::text AS stated_email,
                \(sale.name)::text AS name,
                \(sale.total.minorUnits)::bigint AS total, \(sale.total.currency.code)::text AS currency,
                \(sale.presentment?.minorUnits)::bigint AS presentment_amount,
                \(sale.presentment?.currency.code)::text AS presentment_currency,
                \(shop)::uuid AS shop_id, \(lines(of: sale, entitlement))::json AS lines, \(sale.isLive)::boolean AS livemode,
                \(sale.createdAt)::timestamptz AS created_at, \(sale.paidAt)::timestamptz AS paid_at, \(sale.update.target == .paid)::boolean AS is_paid,
                \(sale.update.target.rawValue)::text AS target, \(sale.update.startingPoints.map(\.rawValue))::text[] AS starts,
                \(CustomerID(at: now))::uuid AS customer_id, \(entitlement.licenses.count)::integer AS licenses,
                \(entitlement.email)::uuid AS email_id,
                \(lease)::timestamptz AS lease, \(actor)::text AS actor, \(now)::timestamptz AS now
        )
        """
    }

    /// Returns the lines of the sale with their grants, for `SaleStatements.lines`.
    private static func lines(of sale: Sale, _ entitlement: Entitlement) -> String {
        let lines = sale.lines.map { line in
            var members: [(String, JSONValue)] = [
                ("position", .integer(Int64(line.position))), ("quantity", .integer(Int64(line.quantity))),
                ("unit_amount", .integer(line.unitAmount)), ("total", .integer(line.total)),
            ]
            if line.discount > 0 { members.append(("discount", .integer(line.discount))) }
            if line.tax > 0 { members.append(("tax", .integer(line.tax))) }
            if let product = line.product { members.append(("product", .string(product.description))) }
            if let description = line.description { members.append(("description", .string(description))) }
            if let price = line.price { members.append(("price", .string(price))) }
            if let grant = entitlement.grants[line.position] {
                members.append(("grant_id", .string(grant.id.description)))
                members.append(("grant_expires_at", .string(CivilTime(grant.expiresAt).rfc3339)))
                members.append(("grant_max_uses", .integer(Int64(grant.maxUses))))
            }
            return JSONValue.object(members)
        }
        return JSONValue.array(lines).text
    }

    private static func outcome(_ row: borrowing Row) throws(PostgresFault) -> FulfilmentOutcome {
        // Two flags in one column: each column of an answer costs more than a flag.
        let flags = try row.integer(3)
        return FulfilmentOutcome(
            order: try row.id(0), status: try row.orderStatus(1),
            recipient: try row.optionalText(2).flatMap { EmailAddress(stored: $0) }, isOutboxHeld: flags & 1 != 0,
            hasForeignFacts: flags & 2 != 0, number: try row.orderNumber(4))
    }
}
