import Files
import Migrations

extension Migration {
    /// Every migration in a folder; blocks while it reads.
    static func all(in folder: String) throws(CommandFault) -> [Migration] {
        let names: [String]
        do { names = try Folder.names(folder) } catch {
            throw .failed("no migrations at \(folder): name their folder with --migrations or MIGRATIONS_DIR")
        }
        var migrations: [Migration] = []
        for name in names.filter({ $0.hasSuffix(".sql") }).sorted() {
            guard let migration = Migration(fileName: name, script: try text(of: "\(folder)/\(name)")) else {
                throw .failed("\(name) is no migration's name: expected NNNN_name.sql, such as 0003_coupons.sql")
            }
            migrations.append(migration)
        }
        guard !migrations.isEmpty else { throw .failed("no migrations at \(folder)") }
        return migrations
    }

    private static func text(of path: String) throws(CommandFault) -> String {
        do { return try FileReader.text(path) } catch {
            throw .failed("\(path) cannot be read as UTF-8 text")
        }
    }
}
