package import Kernel
package import Postgres

/// Recomputing the hashes of all license keys, for another pepper.
package enum LicenseHashStatements {
    /// Blocks inserts and changes of licenses until the transaction ends; reads continue.
    package static let lock = Statement<Int>.affected("LOCK TABLE licenses IN SHARE ROW EXCLUSIVE MODE")

    /// Returns the next `limit` licenses after this one, by ID; the first ones after `nil`.
    package static func page(after last: LicenseID?, limit: Int) -> Statement<[KeyOrigin]> {
        .rows(
            """
            SELECT l.id, p.key_prefix, l.key_version, l.reissues
            FROM licenses l JOIN products p ON p.id = l.product_id
            WHERE l.id > COALESCE(\(last)::uuid, '00000000-0000-0000-0000-000000000000')
            ORDER BY l.id LIMIT \(limit)::integer
            """
        ) { row throws(PostgresFault) in
            KeyOrigin(
                license: try row.id(0), prefix: try row.text(1), version: Int(try row.integer(2)),
                reissues: Int(try row.integer(3)))
        }
    }

    /// Replaces key hashes; returns the number changed.
    package static func replace(_ hashes: [(LicenseID, [UInt8])]) -> Statement<Int> {
        .affected(
            """
            UPDATE licenses l SET key_hash = new.key_hash
            FROM unnest(\(hashes.map(\.0))::uuid[], \(hashes.map(\.1))::bytea[]) AS new (id, key_hash)
            WHERE l.id = new.id AND l.key_hash <> new.key_hash
            """)
    }
}
