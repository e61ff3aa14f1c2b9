import EventLoop
import JSON
import Kernel
import Migrations

extension Command {
    /// Applies pending migrations.
    static let migrate = Command(
        name: "migrate",
        summary: "apply pending database migrations",
        details: """
            Applies a folder's pending files NNNN_name.sql in order, each in a transaction of its own. Idempotent;
            concurrent runs wait for each other.
            """,
        options: [
            Option(name: "--migrations", value: "DIR", help: "the folder with the files"), .dryRun, .json,
        ],
        settings: [
            .databaseURL,
            Setting(
                name: "MIGRATIONS_DIR",
                help: "the folder when --migrations is not given; infra/migrations when both are absent"),
        ],
        examples: ["latchkey migrate", "latchkey migrate --dry-run --json"],
        failure: "a migration failed and was rolled back (earlier ones stay), or an applied file was changed"
    ) { invocation throws(CommandFault) in
        let folder =
            invocation.arguments["--migrations"] ?? invocation.environment["MIGRATIONS_DIR"] ?? "infra/migrations"
        let migrations = try await readMigrations(folder)
        let isDryRun = invocation.arguments.has("--dry-run")
        let plan = try await withDatabase(invocation.environment, limit: .seconds(6 * 3_600)) {
            connection throws(CommandFault) in
            let migrating = Migrating(connection, migrations, clock: invocation.clock) {
                [console = invocation.console] step in
                console.progress(step)
            }
            do throws(MigrationFault) {
                return isDryRun ? try await migrating.plan() : try await migrating.apply()
            } catch { throw .failed(error.description) }
        }
        try invocation.console.show(
            plan.lines(isDryRun: isDryRun), plan.document(isDryRun: isDryRun), asJSON: invocation.isJSON)
    }
}

/// Reads the migrations in `folder`.
@Loop
func readMigrations(_ folder: String) async throws(CommandFault) -> [Migration] {
    try await Loop.onWorker { () throws(CommandFault) in
        do throws(MigrationFolderFault) { return try Migration.all(in: folder) } catch {
            switch error {
            case .noFolder(let folder):
                throw .failed("no migrations at \(folder): name their folder with --migrations or MIGRATIONS_DIR")
            case .empty(let folder): throw .failed("no migrations at \(folder)")
            case .badName(let name):
                throw .failed("\(name) is no migration's name: expected NNNN_name.sql, such as 0003_coupons.sql")
            case .unreadable(let path): throw .failed("\(path) cannot be read as UTF-8 text")
            }
        }
    }
}

extension MigrationPlan {
    /// The text output.
    func lines(isDryRun: Bool) -> [String] {
        let verb = isDryRun ? "pending" : "applied"
        let all = applied.count + pending.count
        guard !pending.isEmpty else { return ["up to date: \(all) migrations"] }
        return pending.map { "\(verb)  \($0.fileName)" }
            + ["\(pending.count) \(verb), \(applied.count) there already"]
    }

    /// The JSON output.
    func document(isDryRun: Bool) -> JSONValue {
        let names = JSONValue.array(pending.map { .string("\(fourDigits($0.version))_\($0.name)") })
        return .object([
            ("applied", isDryRun ? .array([]) : names), ("pending", isDryRun ? names : .array([])),
            ("already_applied", .integer(Int64(applied.count))), ("dry_run", .bool(isDryRun)),
        ])
    }
}
