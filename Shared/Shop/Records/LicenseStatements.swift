package import Commerce
package import Kernel
package import Postgres

/// Licenses: the parts that other statements carry, and reads for the seller.
package enum LicenseStatements {
    /// Issues `licenses` for each row of `source`, for a WITH part.
    ///
    /// - Parameters:
    ///   - keyVersion: the version of the secret that the keys are derived from.
    ///   - source: what follows FROM.
    ///   - order: an expression for the order of a row.
    ///   - product: an expression for the product.
    ///   - status: an expression for the state.
    ///   - now: an expression for the present.
    package static func issue(
        _ licenses: [Entitlement.License], keyVersion: Int, from source: SQL, order: SQL, product: SQL, status: SQL,
        at now: SQL
    ) -> SQL {
        """
        INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
        SELECT l.id, \(order), \(product), \(status), \(keyVersion)::integer, l.key_hash, l.last_four, \(now)
        FROM \(source),
            unnest(\(licenses.map(\.id))::uuid[], \(licenses.map(\.keyHash))::bytea[], \(licenses.map(\.keyLastFour))::text[])
                AS l (id, key_hash, last_four)
        """
    }

    /// Brings the licenses of an order to a state, but for those that the seller holds closed, for a WITH part.
    ///
    /// - Parameter source: a CTE with the order's `id` and the state as `access`.
    package static func move(licensesOf source: SQL) -> SQL {
        """
        UPDATE licenses l SET status = o.access FROM \(source) o
        WHERE l.order_id = o.id AND l.held_at IS NULL AND l.status <> o.access
        """
    }

    /// The licenses that are meant: one, or several with the same last four symbols.
    package static func find(_ reference: LicenseReference) -> Statement<[LicenseDetail]> {
        let statement: SQL =
            switch reference {
            case .license(let id): "\(columns) WHERE l.id = \(id)"
            case .keyHash(let hash): "\(columns) WHERE l.key_hash = \(hash)"
            case .lastFour(let symbols): "\(columns) WHERE l.key_last_four = \(symbols) ORDER BY l.id"
            }
        return .rows(statement) { row throws(PostgresFault) in
            LicenseDetail(
                id: try row.id(0), order: try row.id(1), orderStatus: try row.orderStatus(2),
                email: try row.optionalText(3), product: try row.text(4), productName: try row.text(5),
                keyPrefix: try row.text(6), lastFour: try row.text(7), status: try row.licenseStatus(8),
                heldAt: try row.optionalInstant(9), keyVersion: Int(try row.integer(10)),
                reissues: Int(try row.integer(11)), activationLimit: Int(try row.integer(12)),
                createdAt: try row.instant(13))
        }
    }

    private static let columns: SQL = """
        SELECT l.id, l.order_id, o.status, o.email, p.slug, p.name, p.key_prefix, l.key_last_four, l.status, l.held_at,
            l.key_version, l.reissues, p.activation_limit, l.created_at
        FROM licenses l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id
        """

    /// The machines that a license was used on, those that it is active on among them.
    package static func activations(_ license: LicenseID) -> Statement<[LicenseActivation]> {
        .rows(
            """
            SELECT machine_name, created_at, deactivated_at FROM activations
            WHERE license_id = \(license) ORDER BY created_at, id
            """
        ) { row throws(PostgresFault) in
            LicenseActivation(
                machine: try row.text(0), createdAt: try row.instant(1), deactivatedAt: try row.optionalInstant(2))
        }
    }
}
