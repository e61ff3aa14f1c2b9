import Catalog
package import EventLoop
import Files
import JSON
package import Kernel
package import Postgres
package import Storage

/// A published release.
package struct Published: Sendable {
    /// Its files.
    package let manifest: ReleaseManifest
    /// The effect on each file, in the manifest's order.
    package let changes: [BucketChange]
    /// The bucket's name.
    package let bucket: String
    /// Whether anything was missing.
    package let isNew: Bool
}

/// The progress of publishing.
package enum PublishStep: Equatable, Sendable {
    /// A file is about to be read.
    case reading(ObjectName)
    /// A file of this size is about to be copied.
    case copying(ObjectName, size: Int64)
    /// This many bytes of the file have been stored.
    case stored(Int64, of: Int64)
}

/// Publishes a release: first the files, then the manifest, then the database rows that make it available to buyers.
///
/// It can be repeated after any interruption: existing objects are kept, missing ones are added, and buyers see the
/// release only when it is complete.
@Loop
package struct ReleasePublishing {
    private let connection: Connection
    private let bucket: any ReleaseBucket
    private let product: String
    private let version: String
    private let clock: WallClock
    private let progress: @Sendable (PublishStep) -> Void

    /// Creates the use case for `version` of the product with the slug `product`.
    package init(
        _ connection: Connection, _ bucket: any ReleaseBucket, product: String, version: String, clock: WallClock,
        progress: @escaping @Sendable (PublishStep) -> Void
    ) {
        self.connection = connection
        self.bucket = bucket
        self.product = product
        self.version = version
        self.clock = clock
        self.progress = progress
    }

    /// Publishes `sources`.
    package func callAsFunction(_ sources: [ReleaseSource]) async throws(PublishFault) -> Published {
        let id = try await productID()
        // Serializes publishers of a product, so that no other publishes between our check and our write.
        _ = try await mapError(PublishFault.database, await connection.run(ReleaseStatements.lock(id)))
        let files = try await measured(sources)
        let row = try await mapError(
            PublishFault.database, await connection.run(ReleaseStatements.release(of: id, version: version)))
        let manifestName = ReleaseManifest.objectName(product: product, version: version)
        let known = try await bucket.manifest(manifestName)
        try refuseOtherContent(files, row, known)
        let manifest = try manifest(files, releasedAt: row?.releasedAt ?? known?.releasedAt ?? clock.now())
        let changes = try await store(sources, files)
        // Like the files, it is never rewritten: it is part of the published release.
        if known == nil { try await bucket.put(manifestName, manifest.json.utf8 + [UInt8(ascii: "\n")]) }
        if row == nil { try await mapError(PublishFault.database, await record(manifest, of: id)) }
        let isNew = row == nil || known == nil || changes.contains(.copied)
        return Published(manifest: manifest, changes: changes, bucket: bucket.name, isNew: isNew)
    }

    private func productID() async throws(PublishFault) -> ProductID {
        let (id, slugs) = try await mapError(
            PublishFault.database,
            await connection.run(ReleaseStatements.product(slug: product), ReleaseStatements.slugs))
        guard let id else { throw .noProduct(slug: product, known: slugs) }
        return id
    }

    private func measured(_ sources: [ReleaseSource]) async throws(PublishFault) -> [ReleaseManifest.File] {
        var files: [ReleaseManifest.File] = []
        for source in sources {
            progress(.reading(source.object))
            let digest = try await mapError(
                { PublishFault.unreadable(path: source.path, $0) },
                await Loop.onWorker { () throws(FileFault) in try FileDigest(of: source.path) })
            guard let file = ReleaseManifest.File(object: source.object, size: digest.size, digest: digest.sha256)
            else { throw .empty(path: source.path) }
            files.append(file)
        }
        return files
    }

    /// Throws unless a published release of this version has the same bytes: buyers compare digests, and caches keep
    /// copies.
    private func refuseOtherContent(
        _ files: [ReleaseManifest.File], _ row: StoredRelease?, _ known: ReleaseManifest?
    ) throws(PublishFault) {
        let ours = Set(files.map { FileMark($0) })
        let published = [
            row.map { Set($0.artifacts.map { FileMark($0) }) }, known.map { Set($0.files.map { FileMark($0) }) },
        ]
        for other in published.compactMap(\.self) where other != ours {
            throw .otherContent(objects: Set(other.symmetricDifference(ours).map(\.object)).sorted())
        }
    }

    private func manifest(
        _ files: [ReleaseManifest.File], releasedAt: Instant
    ) throws(PublishFault) -> ReleaseManifest {
        do {
            return try ReleaseManifest(product: product, version: version, releasedAt: releasedAt, files: files)
        } catch { throw .manifest(error) }
    }

    private func store(
        _ sources: [ReleaseSource], _ files: [ReleaseManifest.File]
    ) async throws(PublishFault) -> [BucketChange] {
        var changes: [BucketChange] = []
        for (source, file) in zip(sources, files) {
            progress(.copying(source.object, size: file.size))
            let digest = FileDigest(size: file.size, sha256: file.digest)
            var told = Int64(0)
            changes.append(
                try await bucket.put(source, digest) { stored in
                    let tenth = stored * 10 / file.size
                    guard tenth > told else { return }
                    told = tenth
                    progress(.stored(stored, of: file.size))
                })
        }
        return changes
    }

    private func record(_ manifest: ReleaseManifest, of product: ProductID) async throws(PostgresFault) {
        let release = ReleaseID(at: clock.now())
        try await connection.transaction { connection throws(PostgresFault) in
            _ = try await connection.run(
                ReleaseStatements.insert(release, of: product, version: version, releasedAt: manifest.releasedAt))
            for file in manifest.files {
                let artifact = Artifact(
                    version: version, platform: file.object.platform, fileName: file.object.file,
                    objectName: file.object.description, size: file.size, sha256: file.digest)
                _ = try await connection.run(
                    ReleaseStatements.insert(UUIDv7(at: clock.now()), artifact, of: release))
            }
        }
    }
}

/// The values that identify a published file's content.
private struct FileMark: Hashable {
    let object: String
    let size: Int64
    let sha256: [UInt8]

    init(_ file: ReleaseManifest.File) {
        (object, size, sha256) = (file.object.description, file.size, file.digest)
    }

    init(_ artifact: Artifact) { (object, size, sha256) = (artifact.objectName, artifact.size, artifact.sha256) }
}
