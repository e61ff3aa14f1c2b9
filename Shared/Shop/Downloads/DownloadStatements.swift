package import Catalog
package import Kernel
package import Postgres
package import RateLimiting

/// What a download link gives access to.
package struct DownloadOverview: Equatable, Sendable {
    /// The shop's name.
    package let shopName: String
    /// The shop's support address.
    package let supportEmail: String
    /// The product's name.
    package let productName: String
    /// When the link expires.
    package let expiresAt: Instant
    /// The number of downloads left.
    package let usesLeft: Int
    /// Whether the link was revoked.
    package let isRevoked: Bool
    /// Whether a license of the order line is active.
    package let hasAccess: Bool
    /// The newest release's files.
    package let artifacts: [Artifact]
    /// The names of the files of which a counted use is under way.
    package let filesInUse: [String]

    /// Whether the link still gives access to the file `name`, or to any file: uses are left, or one is under way.
    package func hasUses(for name: String? = nil) -> Bool {
        usesLeft > 0 || name.map(filesInUse.contains) ?? !filesInUse.isEmpty
    }

    fileprivate func adding(_ more: DownloadOverview) -> DownloadOverview {
        DownloadOverview(
            shopName: shopName, supportEmail: supportEmail, productName: productName,
            expiresAt: expiresAt, usesLeft: usesLeft, isRevoked: isRevoked, hasAccess: hasAccess,
            artifacts: artifacts + more.artifacts, filesInUse: filesInUse + more.filesInUse)
    }
}

/// The statements for download links.
package enum DownloadStatements {
    /// Reads what the link's page shows; `nil` if there is no such grant.
    ///
    /// Does not count a use.
    package static func overview(_ grant: GrantID, at now: Instant) -> Statement<DownloadOverview?> {
        Statement(
            """
            SELECT s.name, s.support_email, p.name, g.expires_at, g.max_uses - g.uses, g.revoked_at IS NOT NULL,
                EXISTS (SELECT FROM licenses l WHERE l.order_id = g.order_id AND l.line = g.line AND l.status = 'active'),
                \(isInUse(at: now)), r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256
            FROM download_grants g
            JOIN order_lines i ON i.order_id = g.order_id AND i.position = g.line
            JOIN products p ON p.id = i.product_id
            JOIN shops s ON s.id = p.shop_id
            LEFT JOIN LATERAL (
                SELECT id, version FROM releases WHERE product_id = p.id ORDER BY released_at DESC, id DESC LIMIT 1
            ) r ON true
            LEFT JOIN artifacts a ON a.release_id = r.id
            WHERE g.id = \(grant)
            ORDER BY a.platform, a.file_name
            """
        ) { result throws(PostgresFault) in
            var overview: DownloadOverview?
            for index in 0..<result.rowCount {
                let part = try result.withRow(index, overviewRow)
                overview = overview?.adding(part) ?? part
            }
            return overview
        }
    }

    /// Returns the artifact of the file `name`, and counts one use of the link unless one of this file is under way.
    ///
    /// Check and count are one statement, under the lock of the grant's row, so that of many requests at once the first
    /// counts and the others belong to it. It returns `nil` if the link is used up, revoked or expired, if no license is
    /// active, or if there is no such file; a rate-limited request counts no use.
    package static func use(
        _ grant: GrantID, file name: String, at now: Instant, behind gate: RateLimitGate
    ) -> Statement<RateLimited<Artifact?>> {
        .row(
            """
            WITH \(gate.parts), used AS (
                UPDATE download_grants g SET
                    uses = g.uses + CASE WHEN \(isInUse(at: now)) THEN 0 ELSE 1 END,
                    file_uses = CASE WHEN \(isInUse(at: now)) THEN g.file_uses
                        ELSE g.file_uses || jsonb_build_object(a.file_name, \(now)::timestamptz) END
                FROM order_lines i
                JOIN LATERAL (
                    SELECT id, version FROM releases WHERE product_id = i.product_id
                    ORDER BY released_at DESC, id DESC LIMIT 1
                ) r ON true
                JOIN artifacts a ON a.release_id = r.id
                WHERE g.id = \(grant) AND (g.uses < g.max_uses OR \(isInUse(at: now)))
                    AND g.revoked_at IS NULL AND g.expires_at > \(now)
                    AND i.order_id = g.order_id AND i.position = g.line AND a.file_name = \(name)
                    AND EXISTS (
                        SELECT FROM licenses l WHERE l.order_id = g.order_id AND l.line = g.line AND l.status = 'active'
                    )
                    AND EXISTS (SELECT FROM admitted)
                RETURNING r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256
            )
            SELECT verdict.admitted, verdict.arrivals, u.version, u.platform, u.file_name, u.object_name, u.size, u.sha256
            FROM verdict LEFT JOIN used u ON true
            """
        ) { row throws(PostgresFault) in
            try gate.read(row) { row throws(PostgresFault) in
                row.isNull(2) ? nil : try ArtifactColumns.read(row, from: 2)
            }
        }
    }

    /// Whether a counted use of the artifact `a` is under way, over the grants `g`.
    private static func isInUse(at now: Instant) -> SQL {
        "COALESCE((g.file_uses ->> a.file_name)::timestamptz > \(now - Grant.useDuration), false)"
    }

    private static func overviewRow(_ row: borrowing Row) throws(PostgresFault) -> DownloadOverview {
        let artifacts = row.isNull(9) ? [] : [try ArtifactColumns.read(row, from: 8)]
        return DownloadOverview(
            shopName: try row.text(0), supportEmail: try row.text(1), productName: try row.text(2),
            expiresAt: try row.instant(3), usesLeft: Int(try row.integer(4)), isRevoked: try row.bool(5),
            hasAccess: try row.bool(6), artifacts: artifacts,
            filesInUse: try row.bool(7) ? artifacts.map(\.fileName) : [])
    }
}
