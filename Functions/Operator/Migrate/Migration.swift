import Crypto
import Kernel
import Records

/// One file of the schema's history.
struct Migration: Equatable, Sendable {
    let version: Int
    /// The file's name without number and ending.
    let name: String
    let script: String
    let checksum: [UInt8]

    /// A migration; `nil` when the file's name is not `NNNN_name.sql`.
    init?(fileName: String, script: String) {
        let parts = fileName.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy(\.isASCIIDigit),
            let version = Int(parts[0]), version > 0, parts[1].hasSuffix(".sql"), parts[1].count > 4
        else { return nil }
        self.version = version
        name = String(parts[1].dropLast(4))
        self.script = script
        checksum = SHA256.hash(Array(script.utf8))
    }

    var fileName: String { "\(fourDigits(version))_\(name).sql" }
}

/// A version as files bear it.
func fourDigits(_ version: Int) -> String {
    let text = String(version)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
}

/// What is to be done so that the database has every migration.
struct MigrationPlan: Equatable, Sendable {
    let applied: [AppliedMigration]
    let pending: [Migration]

    /// Compares what there is with what was applied.
    ///
    /// - Throws: when history was changed: a file that is not what was applied, a gap, a number twice, or a
    ///   database that knows more than these files.
    init(_ migrations: [Migration], applied: [AppliedMigration]) throws(CommandFault) {
        let migrations = migrations.sorted { ($0.version, $0.name) < ($1.version, $1.name) }
        let applied = applied.sorted { $0.version < $1.version }
        try MigrationPlan.checkNumbers(migrations)
        for (index, row) in applied.enumerated() {
            guard index < migrations.count else {
                throw .failed("the database is newer than these files: it has \(row.label)")
            }
            guard row.version == migrations[index].version else {
                throw .failed("the database has \(row.label), but not \(migrations[index].fileName) before it")
            }
            guard row.checksum == migrations[index].checksum else {
                throw .failed(
                    "\(migrations[index].fileName) is not what was applied: restore it, and write a new migration instead"
                )
            }
        }
        self.applied = applied
        pending = Array(migrations.dropFirst(applied.count))
    }

    private static func checkNumbers(_ migrations: [Migration]) throws(CommandFault) {
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            if index > 0, migration.version == migrations[index - 1].version {
                throw .failed("\(migrations[index - 1].fileName) and \(migration.fileName) have the same number")
            }
            throw .failed("a gap: \(fourDigits(index + 1)) is missing before \(migration.fileName)")
        }
    }
}

extension AppliedMigration {
    /// Its number and name, as the file had them.
    var label: String { "\(fourDigits(version))_\(name)" }
}
