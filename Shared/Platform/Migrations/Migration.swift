import Crypto
import Kernel

/// One migration file.
package struct Migration: Equatable, Sendable {
    /// The file's number.
    package let version: Int
    /// The file name without number and extension.
    package let name: String
    /// The SQL script.
    package let script: String
    /// The SHA-256 digest of the script.
    package let checksum: [UInt8]

    /// Creates a migration; `nil` if the file name is not `NNNN_name.sql`.
    package init?(fileName: String, script: String) {
        let parts = fileName.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy(\.isASCIIDigit),
            let version = Int(parts[0]), version > 0, parts[1].hasSuffix(".sql"), parts[1].count > 4
        else { return nil }
        self.version = version
        name = String(parts[1].dropLast(4))
        self.script = script
        checksum = SHA256.hash(Array(script.utf8))
    }

    /// The file name, `NNNN_name.sql`.
    package var fileName: String { "\(fourDigits(version))_\(name).sql" }
}

/// Formats a version as in file names.
package func fourDigits(_ version: Int) -> String {
    let text = String(version)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
}

/// The migrations that a database has and lacks.
package struct MigrationPlan: Equatable, Sendable {
    /// The applied migrations.
    package let applied: [AppliedMigration]
    /// The migrations to apply, in order.
    package let pending: [Migration]

    /// Compares the files with the applied migrations.
    ///
    /// - Throws: if the history differs: a file that was changed, a gap, a duplicate number, or a migration that the
    ///   files lack.
    package init(_ migrations: [Migration], applied: [AppliedMigration]) throws(MigrationFault) {
        let migrations = migrations.sorted { ($0.version, $0.name) < ($1.version, $1.name) }
        let applied = applied.sorted { $0.version < $1.version }
        try MigrationPlan.checkNumbers(migrations)
        for (index, row) in applied.enumerated() {
            guard index < migrations.count else {
                throw .unknownToFiles(row.label)
            }
            guard row.version == migrations[index].version else {
                throw .outOfOrder(row.label, missing: migrations[index].fileName)
            }
            guard row.checksum == migrations[index].checksum else {
                throw .changed(migrations[index].fileName)
            }
        }
        self.applied = applied
        pending = Array(migrations.dropFirst(applied.count))
    }

    private static func checkNumbers(_ migrations: [Migration]) throws(MigrationFault) {
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            if index > 0, migration.version == migrations[index - 1].version {
                throw .sameNumber(migrations[index - 1].fileName, migration.fileName)
            }
            throw .gap(fourDigits(index + 1), before: migration.fileName)
        }
    }
}

extension AppliedMigration {
    /// The number and name, as in the file name.
    var label: String { "\(fourDigits(version))_\(name)" }
}
