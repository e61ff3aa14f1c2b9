import Crypto
import Kernel

/// One file of the schema's history.
package struct Migration: Equatable, Sendable {
    /// The file's number.
    package let version: Int
    /// The file's name without number and ending.
    package let name: String
    /// The statements.
    package let script: String
    /// The SHA-256 digest of the script.
    package let checksum: [UInt8]

    /// A migration; `nil` when the file's name is not `NNNN_name.sql`.
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

    /// The file's name, `NNNN_name.sql`.
    package var fileName: String { "\(fourDigits(version))_\(name).sql" }
}

/// A version as file names spell it.
package func fourDigits(_ version: Int) -> String {
    let text = String(version)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
}

/// What is to be done so that the database has every migration.
package struct MigrationPlan: Equatable, Sendable {
    /// What the database has.
    package let applied: [AppliedMigration]
    /// What is to be applied, in order.
    package let pending: [Migration]

    /// Compares what there is with what was applied.
    ///
    /// - Throws: when history was changed: a file that is not what was applied, a gap, a number twice, or a
    ///   database that knows more than these files.
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
    /// Its number and name, as the file had them.
    var label: String { "\(fourDigits(version))_\(name)" }
}
