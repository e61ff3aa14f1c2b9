package import Kernel
package import Postgres

/// A stored release.
package struct StoredRelease: Equatable, Sendable {
    /// When it was published.
    package let releasedAt: Instant
    /// Its files.
    package let artifacts: [Artifact]

    /// Creates a stored release.
    package init(releasedAt: Instant, artifacts: [Artifact]) {
        self.releasedAt = releasedAt
        self.artifacts = artifacts
    }
}

/// The statements for publishing releases.
package enum ReleaseStatements {
    /// Reads the ID of the product with this slug.
    package static func product(slug: String) -> Statement<ProductID?> {
        .optionalRow("SELECT id FROM products WHERE slug = \(slug)") { row throws(PostgresFault) in try row.id(0) }
    }

    /// Reads the slugs of all products.
    package static let slugs = Statement<[String]>.rows("SELECT slug FROM products ORDER BY slug") {
        row throws(PostgresFault) in try row.text(0)
    }

    /// Waits for the publishing lock of the product; closing the connection releases it.
    package static func lock(_ product: ProductID) -> Statement<Int> {
        .affected("SELECT pg_advisory_lock(hashtextextended('latchkey release ' || \(product)::uuid::text, 0))")
    }

    /// Reads the release of this version; `nil` if it is not published.
    package static func release(of product: ProductID, version: String) -> Statement<StoredRelease?> {
        Statement(
            """
            SELECT r.released_at, r.version, a.platform, a.file_name, a.object_name, a.size, a.sha256
            FROM releases r LEFT JOIN artifacts a ON a.release_id = r.id
            WHERE r.product_id = \(product) AND r.version = \(version)
            """
        ) { result throws(PostgresFault) in
            guard result.rowCount > 0 else { return nil }
            var artifacts: [Artifact] = []
            for index in 0..<result.rowCount {
                let artifact = try result.withRow(index) { row throws(PostgresFault) in
                    row.isNull(2) ? nil : try ArtifactColumns.read(row, from: 1)
                }
                if let artifact { artifacts.append(artifact) }
            }
            let releasedAt = try result.withRow(0) { row throws(PostgresFault) in try row.instant(0) }
            return StoredRelease(releasedAt: releasedAt, artifacts: artifacts)
        }
    }

    /// Inserts a release; its files follow in the same transaction.
    package static func insert(
        _ id: ReleaseID, of product: ProductID, version: String, releasedAt: Instant
    ) -> Statement<Int> {
        .affected(
            """
            INSERT INTO releases (id, product_id, version, released_at)
            VALUES (\(id), \(product), \(version), \(releasedAt))
            """)
    }

    /// Inserts one file of a release.
    package static func insert(_ id: UUIDv7, _ artifact: Artifact, of release: ReleaseID) -> Statement<Int> {
        .affected(
            """
            INSERT INTO artifacts (id, release_id, platform, file_name, object_name, size, sha256)
            VALUES (\(id), \(release), \(artifact.platform), \(artifact.fileName), \(artifact.objectName),
                \(artifact.size), \(artifact.sha256))
            """)
    }
}
