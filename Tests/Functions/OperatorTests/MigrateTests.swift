import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey migrate", .freshDatabase)
struct MigrateTests {
    @Test("the product's own migrations are applied once, and a second run finds nothing to do")
    func own() async throws {
        let first = try await Run.latchkey(["migrate"], ["MIGRATIONS_DIR": repositoryRoot + "/infra/migrations"])
        #expect(first.exitCode == 0, "\(first.remarks)")
        #expect(first.output.hasPrefix("applied  0001_schema.sql\napplied  0002_roles.sql\n"))
        let again = try await Run.latchkey(["migrate", "--json", "--migrations", repositoryRoot + "/infra/migrations"])
        #expect(again.exitCode == 0)
        #expect(again.output.hasPrefix(#"{"applied":[],"pending":[],"already_applied":"#))
        let rows = try await texts("SELECT name FROM schema_migrations ORDER BY version")
        #expect(rows.prefix(2) == ["schema", "roles"])
    }

    @Test("a dry run lists what is pending and changes nothing")
    func dryRun() async throws {
        let folder = try history()
        let run = try await Run.latchkey(["migrate", "--migrations", folder.path, "--dry-run"])
        #expect(run.exitCode == 0)
        #expect(run.output == "pending  0001_one.sql\npending  0002_two.sql\n2 pending, 0 there already\n")
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0])
    }

    @Test("a failing file changes nothing, those before it stay, and the next run goes on there")
    func failing() async throws {
        let folder = try history()
        try folder.write("0003_three.sql", "CREATE TABLE three (id int); SELECT 1/0;")
        let run = try await Run.latchkey(["migrate", "--migrations", folder.path])
        #expect(run.exitCode == 1)
        #expect(run.output.isEmpty)
        #expect(run.remarks.contains("0003_three.sql failed and changed nothing"))
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE tablename IN ('one', 'two', 'three')") == [2])
        try folder.write("0003_three.sql", "CREATE TABLE three (id int);")
        let mended = try await Run.latchkey(["migrate", "--migrations", folder.path])
        #expect(mended.output == "applied  0003_three.sql\n1 applied, 2 there already\n")
    }

    @Test(
        "a folder with a gap, a number twice or a strange name is refused",
        arguments: [
            (["0001_a.sql", "0003_c.sql"], "a gap: 0002 is missing before 0003_c.sql"),
            (["0002_b.sql"], "a gap: 0001 is missing before 0002_b.sql"),
            (["0001_a.sql", "0001_b.sql"], "0001_a.sql and 0001_b.sql have the same number"),
            (["0001_a.sql", "2_b.sql"], "2_b.sql is no migration's name"),
            ([], "no migrations at"),
        ])
    func folders(names: [String], message: String) async throws {
        let folder = try TemporaryFolder()
        for name in names { try folder.write(name, "SELECT 1;") }
        let run = try await Run.latchkey(["migrate", "--migrations", folder.path])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains(message), "\(run.remarks)")
    }

    private func history() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("0001_one.sql", "CREATE TABLE one (id int);")
        try folder.write("0002_two.sql", "CREATE TABLE two (id int);\nINSERT INTO two VALUES (1);")
        try folder.write("README.md", "not a migration")
        return folder
    }
}
