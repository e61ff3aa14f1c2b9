import Crypto
import EventLoop
import Export
import JSON
import Kernel
import Licensing
import Migrations
import Postgres

/// Writes everything that the shop has to a folder, as it is at one moment, and signs it.
///
/// A bounded number of rows is in memory at any time. The manifest and its signature come last: a folder without them
/// is an export that did not come to its end.
@Loop
struct Export {
    let connection: Connection
    let folder: ExportFolder
    /// What derives the licenses' keys; `nil` when they stay behind.
    let keys: KeyRing?
    let signer: Ed25519PrivateKey
    let console: Console
    let clock: WallClock

    func callAsFunction() async throws(CommandFault) -> ExportManifest {
        try await offLoop { [folder] () throws(CommandFault) in try folder.create() }
        do throws(CommandFault) {
            return try await write()
        } catch {
            let names = ExportTable.allCases.map(\.fileName) + [ExportManifest.fileName, ExportManifest.signatureName]
            try await offLoop { [folder] () throws(CommandFault) in folder.remove(names) }
            throw error
        }
    }

    private func write() async throws(CommandFault) -> ExportManifest {
        let moment = clock.now()
        let schema = try await mapError(CommandFault.database, await begin())
        var files: [ExportManifest.File] = []
        for table in ExportTable.allCases { files.append(try await write(table)) }
        _ = try await mapError(CommandFault.database, await connection.run(ExportStatements.end))
        let manifest = ExportManifest(exportedAt: moment, schema: schema, hasKeys: keys != nil, files: files)
        let signature: [UInt8]
        do throws(CryptoFault) { signature = try signer.sign(manifest.bytes) } catch {
            throw .failed("the manifest could not be signed: \(error)")
        }
        try await offLoop { [folder] () throws(CommandFault) in
            try folder.write(ExportManifest.fileName, manifest.bytes)
            try folder.write(ExportManifest.signatureName, signature)
        }
        return manifest
    }

    /// Begins the transaction that is exported, and returns the version of its schema.
    private func begin() async throws(PostgresFault) -> Int {
        _ = try await connection.run(ExportStatements.begin)
        _ = try await connection.run(ExportStatements.inUTC)
        // A database that was set up by other means than `latchkey migrate` has no history.
        return try await connection.run(MigrationStatements.isPrepared)
            ? try await connection.run(ExportStatements.schema) : 0
    }

    private func write(_ table: ExportTable) async throws(CommandFault) -> ExportManifest.File {
        let name = table.fileName
        try await offLoop { [folder] () throws(CommandFault) in try folder.begin(name) }
        let hasKeys = table == .licenses && keys != nil
        let open = hasKeys ? ExportStatements.openLicenses : ExportStatements.open(table)
        _ = try await mapError(CommandFault.database, await connection.run(open))
        var count: Int64 = 0
        while true {
            let rows = hasKeys ? try await licenses() : try await rows()
            guard !rows.isEmpty else { break }
            try await offLoop { [folder] () throws(CommandFault) in try folder.append(rows, to: name) }
            count += Int64(rows.count)
            console.progress("\(table.rawValue): \(count) rows")
        }
        _ = try await mapError(CommandFault.database, await connection.run(ExportStatements.close))
        return try await offLoop { [folder, count] () throws(CommandFault) in try folder.end(name, rows: count) }
    }

    private func rows() async throws(CommandFault) -> [String] {
        try await mapError(CommandFault.database, await connection.run(ExportStatements.next))
    }

    /// The next licenses with their keys, each of which is the one that the database knows.
    private func licenses() async throws(CommandFault) -> [String] {
        let licenses = try await mapError(CommandFault.database, await connection.run(ExportStatements.nextLicenses))
        guard let keys else { return licenses.map(\.row) }
        return try licenses.map { license throws(CommandFault) in
            let id = license.origin.license
            let key: LicenseKey
            do throws(KeyFault) { key = try keys.key(of: license.origin) } catch {
                throw .failed("license \(id): \(error)")
            }
            guard keys.hash(key) == license.keyHash else {
                throw .failed("license \(id): the derived key is not the one it has; see KEY_PEPPER, LICENSE_SECRETS")
            }
            return "\(license.row.dropLast()),\"key\":\(JSONValue.string(key.revealed()).text)}"
        }
    }
}

extension ExportTable {
    /// The name of the file with its rows.
    var fileName: String { "\(rawValue).jsonl" }
}
