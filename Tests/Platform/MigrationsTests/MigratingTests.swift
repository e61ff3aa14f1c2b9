import EventLoop
import Kernel
import Migrations
import Postgres
import Support
import Synchronization
import Testing

@Suite("Migrating", .freshDatabase, .timeLimit(.minutes(15)))
struct MigratingTests {
    @Test("the product's own migrations are applied once, and a second run finds nothing to do")
    func own() async throws {
        let migrations = try Migration.all(in: repositoryRoot + "/infra/migrations")
        let first = try await apply(migrations)
        #expect(first.pending.map(\.fileName).prefix(2) == ["0001_schema.sql", "0002_roles.sql"])
        let again = try await apply(migrations)
        #expect(again.pending.isEmpty && again.applied.count == first.pending.count)
        let rows = try await texts("SELECT name FROM schema_migrations ORDER BY version")
        #expect(rows == first.pending.map(\.name))
    }

    @Test("a plan lists what is pending and changes nothing")
    func plan() async throws {
        let folder = try history()
        let migrations = try Migration.all(in: folder.path)
        let plan = try await withConnection { connection in
            try await Migrating(connection, migrations, clock: .system, progress: { _ in }).plan()
        }
        #expect(plan.pending.map(\.fileName) == ["0001_one.sql", "0002_two.sql"])
        #expect(plan.applied.isEmpty)
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0])
    }

    @Test("a failing file changes nothing, those before it stay, and the next run goes on there")
    func failing() async throws {
        let folder = try history()
        try folder.write("0003_three.sql", "CREATE TABLE three (id int); SELECT 1/0;")
        guard case .failed("0003_three.sql", .server("22012", _, _)) = try await fault(folder) else {
            throw Unexpected()
        }
        #expect(try await texts("SELECT name FROM schema_migrations ORDER BY version") == ["one", "two"])
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE tablename IN ('one', 'two', 'three')") == [2])
        try folder.write("0003_three.sql", "CREATE TABLE three (id int);")
        #expect(try await apply(folder).pending.map(\.fileName) == ["0003_three.sql"])
    }

    @Test("a file that was changed after it was applied is refused by name")
    func changed() async throws {
        let folder = try history()
        _ = try await apply(folder)
        try folder.write("0001_one.sql", "CREATE TABLE one (id bigint);")
        try folder.write("0003_three.sql", "CREATE TABLE three (id int);")
        #expect(try await fault(folder) == .changed("0001_one.sql"))
        #expect(try await numbers("SELECT count(*) FROM pg_tables WHERE tablename = 'three'") == [0])
    }

    @Test("a script that ends its transaction itself is refused", arguments: ["COMMIT", "ROLLBACK"])
    func commits(end: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("0001_one.sql", "CREATE TABLE one (id int); \(end);")
        guard case .failed("0001_one.sql", .unexpectedAnswer) = try await fault(folder) else { throw Unexpected() }
        #expect(try await numbers("SELECT count(*) FROM schema_migrations") == [0])
    }

    @Test("many at once apply each file once")
    func atOnce() async throws {
        let folder = try history()
        let plans = try await withThrowingTaskGroup(of: MigrationPlan.self) { group in
            for _ in 0..<6 { group.addTask { try await apply(folder) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(plans.map(\.pending.count).sorted() == [0, 0, 0, 0, 0, 2])
    }

    @Test("a run that finds another at work says that it waits, and then finds nothing to do")
    func waits() async throws {
        let folder = try history()
        let told = Mutex<[String]>([])
        let plan = try await withConnection { other in
            _ = try await other.run(MigrationStatements.lock)
            let (waiting, goOn) = AsyncStream.makeStream(of: Void.self)
            let run = Loop.start {
                defer { goOn.finish() }
                do {
                    return Result<MigrationPlan, any Error>.success(
                        try await apply(folder) { step in
                            told.withLock { $0.append(step) }
                            goOn.yield()
                        })
                } catch { return .failure(error) }
            }
            var waits = waiting.makeAsyncIterator()
            await waits.next()
            _ = try await Migrating(other, Migration.all(in: folder.path), clock: .system, progress: { _ in }).apply()
            _ = try await other.run(MigrationStatements.unlock)
            return try await run.value.get()
        }
        #expect(plan.pending.isEmpty && plan.applied.count == 2)
        #expect(told.withLock { $0 } == ["another migrate is at work; waiting for it"])
    }

    @Test("a database that has more than the files is refused")
    func newer() async throws {
        _ = try await apply(history())
        let older = try TemporaryFolder()
        try older.write("0001_one.sql", "CREATE TABLE one (id int);")
        #expect(try await fault(older) == .unknownToFiles("0002_two"))
    }

    private struct Unexpected: Error {}

    private func apply(
        _ folder: TemporaryFolder, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> MigrationPlan { try await apply(Migration.all(in: folder.path), progress: progress) }

    private func apply(
        _ migrations: [Migration], progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> MigrationPlan {
        try await withConnection { connection in
            try await Migrating(connection, migrations, clock: WallClock { testNow }, progress: progress).apply()
        }
    }

    private func fault(_ folder: TemporaryFolder) async throws -> MigrationFault? {
        do {
            _ = try await apply(folder)
            return nil
        } catch let fault as MigrationFault { return fault }
    }

    private func history() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("0001_one.sql", "CREATE TABLE one (id int);")
        try folder.write("0002_two.sql", "CREATE TABLE two (id int);\nINSERT INTO two VALUES (1);")
        try folder.write("README.md", "not a migration")
        return folder
    }
}
