package import Postgres

/// What is asked of a database to tell whether it is fit.
package enum DoctorStatements {
    /// The server's version as a number, such as 150020, and as people write it.
    package static let serverVersion = Statement<(Int64, String)>.row(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version')"
    ) { row throws(PostgresFault) in (try row.integer(0), try row.text(1)) }

    /// The products that can be bought now, and whether each has files to download.
    package static let forSale = Statement<[(slug: String, hasRelease: Bool)]>.rows(
        """
        SELECT p.slug, EXISTS (SELECT FROM releases v JOIN artifacts a ON a.release_id = v.id WHERE v.product_id = p.id)
        FROM products p JOIN prices r ON r.product_id = p.id AND r.active WHERE p.active ORDER BY p.slug
        """
    ) { row throws(PostgresFault) in (slug: try row.text(0), hasRelease: try row.bool(1)) }
}
