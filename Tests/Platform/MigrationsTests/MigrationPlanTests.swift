import Testing

@testable import Migrations

@Suite("Migration plan")
struct MigrationPlanTests {
    private let files = ["0001_one.sql", "0002_two.sql", "0003_three.sql"].compactMap {
        Migration(fileName: $0, script: "SELECT '\($0)'")
    }

    private func rows(_ migrations: some Sequence<Migration>) -> [AppliedMigration] {
        migrations.map { AppliedMigration(version: $0.version, name: $0.name, checksum: $0.checksum) }
    }

    @Test("what is pending comes after what was applied, whatever order the files are found in")
    func pending() throws {
        let plan = try MigrationPlan(files.reversed(), applied: rows(files.prefix(1)))
        #expect(plan.pending.map(\.fileName) == ["0002_two.sql", "0003_three.sql"])
        #expect(try MigrationPlan(files, applied: rows(files)).pending.isEmpty)
    }

    @Test("history that was changed is refused, by name")
    func changedHistory() throws {
        let other = try #require(Migration(fileName: "0001_one.sql", script: "SELECT 2"))
        let twin = try #require(Migration(fileName: "0002_twin.sql", script: ""))
        #expect(throws: MigrationFault.changed("0001_one.sql")) {
            try MigrationPlan([other] + files.dropFirst(), applied: rows(files.prefix(2)))
        }
        #expect(throws: MigrationFault.unknownToFiles("0003_three")) {
            try MigrationPlan(Array(files.prefix(2)), applied: rows(files))
        }
        #expect(throws: MigrationFault.outOfOrder("0002_two", missing: "0001_one.sql")) {
            try MigrationPlan(files, applied: rows(files[1...1]))
        }
        #expect(throws: MigrationFault.sameNumber("0002_twin.sql", "0002_two.sql")) {
            try MigrationPlan(files + [twin], applied: [])
        }
        #expect(throws: MigrationFault.gap("0002", before: "0003_three.sql")) {
            try MigrationPlan([files[0], files[2]], applied: [])
        }
    }

    @Test(
        "a file whose name is not NNNN_name.sql is no migration",
        arguments: ["1_one.sql", "0000_zero.sql", "0001.sql", "0001_.sql", "0001_one.txt", "00a1_one.sql"])
    func names(name: String) { #expect(Migration(fileName: name, script: "") == nil) }
}
