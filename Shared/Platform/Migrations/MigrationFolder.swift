import Files

/// Why a folder's migrations cannot be read.
package enum MigrationFolderFault: Error, Equatable, Sendable {
    /// The folder cannot be read.
    case noFolder(String)
    /// The folder contains no migration.
    case empty(String)
    /// The file name is not `NNNN_name.sql`.
    case badName(String)
    /// The file at this path cannot be read as UTF-8.
    case unreadable(path: String)
}

extension Migration {
    /// Returns all migrations in a folder; blocks while it reads.
    package static func all(in folder: String) throws(MigrationFolderFault) -> [Migration] {
        let names: [String]
        do { names = try Folder.names(folder) } catch { throw .noFolder(folder) }
        var migrations: [Migration] = []
        for name in names.filter({ $0.hasSuffix(".sql") }).sorted() {
            guard let migration = Migration(fileName: name, script: try text(of: "\(folder)/\(name)")) else {
                throw .badName(name)
            }
            migrations.append(migration)
        }
        guard !migrations.isEmpty else { throw .empty(folder) }
        return migrations
    }

    private static func text(of path: String) throws(MigrationFolderFault) -> String {
        do { return try FileReader.text(path) } catch { throw .unreadable(path: path) }
    }
}
