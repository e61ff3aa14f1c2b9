package import Audit
package import Crypto
package import EventLoop
import JSON
package import Kernel
package import Licensing
import Migrations
package import Postgres

/// Writes all data of the shop to a folder, as of one moment, and signs it.
///
/// A bounded number of rows is in memory at any time. The manifest and its signature come last: a folder without them
/// is an unfinished export.
@Loop
package struct Exporting {
    /// How far an export has got.
    package struct Progress: Equatable, Sendable {
        /// The table being written.
        package let table: ExportTable
        /// Its rows written so far.
        package let rows: Int64
    }

    private let connection: Connection
    private let folder: ExportFolder
    private let keys: KeyRing?
    private let signer: Ed25519PrivateKey
    private let clock: WallClock
    private let progress: @Sendable (Progress) -> Void

    /// Creates an export.
    ///
    /// - Parameter keys: derives the license keys; `nil` omits the keys.
    package init(
        _ connection: Connection, to folder: ExportFolder, keys: KeyRing?, signer: Ed25519PrivateKey, clock: WallClock,
        progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.connection = connection
        self.folder = folder
        self.keys = keys
        self.signer = signer
        self.clock = clock
        self.progress = progress
    }

    /// Writes the export and returns its manifest.
    ///
    /// The audit entry is written before the first row is read, so that a failed export is recorded too.
    ///
    /// - Throws: what failed, after removing the folder.
    package func callAsFunction(by context: AuditContext) async throws(ExportFault) -> ExportManifest {
        _ = try await mapError(
            ExportFault.database,
            await connection.run(
                AuditStatements.record(AuditEntry(exportBy: context, hasKeys: keys != nil, signer.publicKey))))
        try await Loop.onWorker { [folder] () throws(ExportFault) in try folder.create() }
        do throws(ExportFault) {
            return try await write()
        } catch {
            let names = ExportTable.allCases.map(\.fileName) + [ExportManifest.fileName, ExportManifest.signatureName]
            await Loop.onWorker { [folder] in folder.remove(names) }
            throw error
        }
    }

    private func write() async throws(ExportFault) -> ExportManifest {
        let moment = clock.now()
        let schema = try await mapError(ExportFault.database, await begin())
        var files: [ExportManifest.File] = []
        for table in ExportTable.allCases { files.append(try await write(table)) }
        _ = try await mapError(ExportFault.database, await connection.run(ExportStatements.end))
        let manifest = ExportManifest(exportedAt: moment, schema: schema, hasKeys: keys != nil, files: files)
        let signature: [UInt8]
        do { signature = try signer.sign(manifest.bytes) } catch { throw .unsigned(error) }
        try await Loop.onWorker { [folder] () throws(ExportFault) in
            try folder.write(ExportManifest.fileName, manifest.bytes)
            try folder.write(ExportManifest.signatureName, signature)
        }
        return manifest
    }

    /// Begins the snapshot, and returns its schema version.
    private func begin() async throws(PostgresFault) -> Int {
        _ = try await connection.run(ExportStatements.begin)
        _ = try await connection.run(ExportStatements.inUTC)
        // A database that was not set up by `latchkey migrate` has no history.
        return try await connection.run(MigrationStatements.isPrepared)
            ? try await connection.run(ExportStatements.schema) : 0
    }

    private func write(_ table: ExportTable) async throws(ExportFault) -> ExportManifest.File {
        let name = table.fileName
        try await Loop.onWorker { [folder] () throws(ExportFault) in try folder.begin(name) }
        let hasKeys = table == .licenses && keys != nil
        let open = hasKeys ? ExportStatements.openLicenses : ExportStatements.open(table)
        _ = try await mapError(ExportFault.database, await connection.run(open))
        var count: Int64 = 0
        while true {
            let rows = hasKeys ? try await licenses() : try await rows()
            guard !rows.isEmpty else { break }
            try await Loop.onWorker { [folder] () throws(ExportFault) in try folder.append(rows, to: name) }
            count += Int64(rows.count)
            progress(Progress(table: table, rows: count))
        }
        _ = try await mapError(ExportFault.database, await connection.run(ExportStatements.close))
        return try await Loop.onWorker { [folder, count] () throws(ExportFault) in try folder.end(name, rows: count) }
    }

    private func rows() async throws(ExportFault) -> [String] {
        try await mapError(ExportFault.database, await connection.run(ExportStatements.next))
    }

    /// Returns the next licenses with their keys, each checked against the hash in the database.
    private func licenses() async throws(ExportFault) -> [String] {
        let licenses = try await mapError(ExportFault.database, await connection.run(ExportStatements.nextLicenses))
        guard let keys else { return licenses.map(\.row) }
        return try licenses.map { license throws(ExportFault) in
            guard let origin = license.origin else { return license.row }
            let id = origin.license
            let key: LicenseKey
            do throws(KeyFault) { key = try keys.key(of: origin) } catch { throw .underivable(id, error) }
            guard keys.hash(key) == license.keyHash else { throw .otherKey(id) }
            return "\(license.row.dropLast()),\"key\":\(JSONValue.string(key.revealed()).text)}"
        }
    }
}

extension ExportTable {
    /// The name of the file that contains its rows.
    var fileName: String { "\(rawValue).jsonl" }
}

extension AuditEntry {
    /// Creates the entry for an export signed with `key`.
    fileprivate init(exportBy context: AuditContext, hasKeys: Bool, _ key: Ed25519PublicKey) {
        self.init(
            by: context, "shop.exported",
            details: [("license_keys", .bool(hasKeys)), ("signed_by", .string(Hex.encode(key.bytes)))])
    }
}
