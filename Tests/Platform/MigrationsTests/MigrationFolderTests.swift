import Migrations
import Support
import Testing

@Suite("Migration folder")
struct MigrationFolderTests {
    private func fault(_ files: [String: String]) throws -> MigrationFolderFault? {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return #expect(throws: MigrationFolderFault.self) { try Migration.all(in: folder.path) }
    }

    @Test("migrations are read in the order of their names, and other files are ignored")
    func reads() throws {
        let folder = try TemporaryFolder()
        for name in ["0002_b.sql", "0001_a.sql", "README.md"] { try folder.write(name, "-- \(name)") }
        let migrations = try Migration.all(in: folder.path)
        #expect(migrations.map(\.fileName) == ["0001_a.sql", "0002_b.sql"])
        #expect(migrations.map(\.script) == ["-- 0001_a.sql", "-- 0002_b.sql"])
    }

    @Test("a wrong name, no migration and no folder are told apart")
    func faults() throws {
        #expect(try fault(["1_a.sql": ""]) == .badName("1_a.sql"))
        guard case .empty = try fault(["README.md": ""]) else { throw Unexpected() }
        #expect(throws: MigrationFolderFault.noFolder("/nowhere")) { try Migration.all(in: "/nowhere") }
    }

    private struct Unexpected: Error {}
}
