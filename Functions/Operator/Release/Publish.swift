import Catalog
import EventLoop
import Files
import JSON
import Kernel
import Postgres
import Storage

/// A release that was published, now or before.
struct Published: Sendable {
    let manifest: ReleaseManifest
    let changes: [BucketChange]
    let bucket: String
    /// Whether anything was missing.
    let isNew: Bool
}

/// Publishes a release: files first, then the manifest, then the rows by which buyers find them.
///
/// Cut off anywhere, it can be run again: what is there is left alone, what is missing is added, and buyers see the
/// release only when all of it is there.
@Loop
struct Publish {
    let connection: Connection
    let bucket: any ReleaseBucket
    let product: String
    let version: String
    let sources: [ReleaseSource]
    let console: Console
    let clock: WallClock

    func callAsFunction() async throws(CommandFault) -> Published {
        let id = try await productID()
        // One at a time for each product, so that nobody publishes between our look and our writing.
        _ = try await mapError(CommandFault.database, await connection.run(ReleaseStatements.lock(id)))
        let files = try await measured()
        let row = try await mapError(
            CommandFault.database, await connection.run(ReleaseStatements.release(of: id, version: version)))
        let manifestName = ReleaseManifest.objectName(product: product, version: version)
        let known = try await bucket.manifest(manifestName)
        try refuseOtherContent(files, row, known)
        let manifest = try manifest(files, releasedAt: row?.releasedAt ?? known?.releasedAt ?? clock.now())
        let changes = try await store(files)
        // Once written it stays, as the files do: it is a part of what was published.
        if known == nil { try await bucket.put(manifestName, manifest.json.utf8 + [UInt8(ascii: "\n")]) }
        if row == nil { try await record(manifest, of: id) }
        let isNew = row == nil || known == nil || changes.contains(.copied)
        return Published(manifest: manifest, changes: changes, bucket: bucket.name, isNew: isNew)
    }

    private func productID() async throws(CommandFault) -> ProductID {
        let (id, slugs) = try await mapError(
            CommandFault.database,
            await connection.run(ReleaseStatements.product(slug: product), ReleaseStatements.slugs))
        if let id { return id }
        let known = slugs.isEmpty ? "the catalog is empty: run latchkey catalog apply" : slugs.joined(separator: ", ")
        throw .failed("no product «\(product)»; there is: \(known)")
    }

    private func measured() async throws(CommandFault) -> [ReleaseManifest.File] {
        var files: [ReleaseManifest.File] = []
        for source in sources {
            console.progress("reading \(source.object.platform)/\(source.object.file) …")
            let digest = try await offLoop { () throws(CommandFault) in
                do throws(FileFault) { return try FileDigest(of: source.path) } catch {
                    throw .failed("\(source.path) cannot be read: \(error)")
                }
            }
            guard let file = ReleaseManifest.File(object: source.object, size: digest.size, digest: digest.sha256)
            else { throw .failed("\(source.path) is empty") }
            files.append(file)
        }
        return files
    }

    /// A version means the same bytes for ever: buyers compare digests, and machines keep copies.
    private func refuseOtherContent(
        _ files: [ReleaseManifest.File], _ row: StoredRelease?, _ known: ReleaseManifest?
    ) throws(CommandFault) {
        let ours = Set(files.map { FileMark($0) })
        let published = [
            row.map { Set($0.artifacts.map { FileMark($0) }) }, known.map { Set($0.files.map { FileMark($0) }) },
        ]
        for other in published.compactMap(\.self) where other != ours {
            let names = other.symmetricDifference(ours).map(\.object)
            let changed = Set(names).sorted().joined(separator: ", ")
            throw .failed(
                "\(product) \(version) is published with other files (\(changed)): publish these as a new version")
        }
    }

    private func manifest(
        _ files: [ReleaseManifest.File], releasedAt: Instant
    ) throws(CommandFault) -> ReleaseManifest {
        do throws(ReleaseManifest.Fault) {
            return try ReleaseManifest(product: product, version: version, releasedAt: releasedAt, files: files)
        } catch {
            throw .failed("no manifest can be made of these files: \(error)")
        }
    }

    private func store(_ files: [ReleaseManifest.File]) async throws(CommandFault) -> [BucketChange] {
        var changes: [BucketChange] = []
        for (source, file) in zip(sources, files) {
            let name = source.object.description
            console.progress("copying \(name) (\(readable(file.size))) …")
            let digest = FileDigest(size: file.size, sha256: file.digest)
            var told = Int64(0)
            changes.append(
                try await bucket.put(source, digest) { arrived in
                    let tenth = arrived * 10 / file.size
                    guard tenth > told else { return }
                    told = tenth
                    console.progress("  \(readable(arrived)) of \(readable(file.size))")
                })
        }
        return changes
    }

    private func record(_ manifest: ReleaseManifest, of product: ProductID) async throws(CommandFault) {
        let release = ReleaseID(at: clock.now())
        try await mapError(
            CommandFault.database,
            await connection.transaction { connection throws(PostgresFault) in
                _ = try await connection.run(
                    ReleaseStatements.insert(release, of: product, version: version, releasedAt: manifest.releasedAt))
                for file in manifest.files {
                    let artifact = Artifact(
                        version: version, platform: file.object.platform, fileName: file.object.file,
                        objectName: file.object.description, size: file.size, sha256: file.digest)
                    _ = try await connection.run(
                        ReleaseStatements.insert(UUIDv7(at: clock.now()), artifact, of: release))
                }
            })
    }
}

/// What makes two published files the same.
private struct FileMark: Hashable {
    let object: String
    let size: Int64
    let sha256: [UInt8]

    init(_ file: ReleaseManifest.File) {
        (object, size, sha256) = (file.object.description, file.size, file.digest)
    }

    init(_ artifact: Artifact) { (object, size, sha256) = (artifact.objectName, artifact.size, artifact.sha256) }
}

/// A length for people: `512 bytes`, `4.2 MB`.
func readable(_ size: Int64) -> String {
    guard size >= 1_000 else { return "\(size) bytes" }
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    var (tenths, unit) = (size / 100, 0)
    while tenths >= 10_000 && unit < units.count - 1 { (tenths, unit) = (tenths / 1_000, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}
