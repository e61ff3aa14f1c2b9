import Kernel
import Licensing
package import Postgres

/// Reads of licenses with their orders, for the seller.
package enum LicenseDetailStatements {
    /// Returns the licenses that match: one, or several with the same last four symbols.
    package static func find(_ reference: LicenseReference) -> Statement<[LicenseDetail]> {
        let statement: SQL =
            switch reference {
            case .license(let id): "\(columns) WHERE l.id = \(id)"
            case .keyHash(let hash): "\(columns) WHERE l.key_hash = \(hash)"
            case .lastFour(let symbols): "\(columns) WHERE l.key_last_four = \(symbols) ORDER BY l.id"
            }
        return .rows(statement) { row throws(PostgresFault) in
            LicenseDetail(
                id: try row.id(0), order: try row.id(1), orderNumber: try row.orderNumber(14),
                orderStatus: try row.orderStatus(2),
                email: try row.optionalText(3), product: try row.text(4), productName: try row.text(5),
                keyPrefix: try row.optionalText(6), lastFour: try row.optionalText(7), status: try row.licenseStatus(8),
                heldAt: try row.optionalInstant(9), keyVersion: try row.optionalInteger(10).map { Int($0) },
                reissues: Int(try row.integer(11)), activationLimit: Int(try row.integer(12)),
                createdAt: try row.instant(13))
        }
    }

    private static let columns: SQL = """
        SELECT l.id, l.order_id, o.status, o.email, p.slug, p.name, p.key_prefix, l.key_last_four, l.status, l.held_at,
            l.key_version, l.reissues, p.activation_limit, l.created_at, o.number
        FROM licenses l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id
        """
}
