package import Postgres

/// Why a schema could not be migrated.
package enum MigrationFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database has a migration that the files lack; described by number and name.
    case unknownToFiles(String)
    /// The database has the first migration, but not the second, a file name, which precedes it.
    case outOfOrder(String, missing: String)
    /// A file was changed after it was applied.
    case changed(String)
    /// Two files have the same number.
    case sameNumber(String, String)
    /// The number before this file is missing.
    case gap(String, before: String)
    /// A script failed and was rolled back; earlier migrations stay applied.
    case failed(String, PostgresFault)
    case database(PostgresFault)

    package var description: String {
        switch self {
        case .unknownToFiles(let label): "the database is newer than these files: it has \(label)"
        case .outOfOrder(let label, let file): "the database has \(label), but not \(file) before it"
        case .changed(let file):
            "\(file) is not what was applied: restore it, and write a new migration instead"
        case .sameNumber(let first, let second): "\(first) and \(second) have the same number"
        case .gap(let number, let file): "a gap: \(number) is missing before \(file)"
        case .failed(let file, let fault): "\(file) failed and changed nothing: \(fault)"
        case .database(let fault): fault.description
        }
    }
}
