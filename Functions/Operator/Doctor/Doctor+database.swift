import Catalog
import EventLoop
import Fulfilment
import Kernel
import Migrations
import Outbox
import Postgres

extension Doctor {
    /// Checks the database, its schema and its catalog.
    func database(_ settings: DatabaseSettings?) async -> [Check] {
        let names = ["database", "migrations", "catalog", "outbox", "events"]
        guard let settings else { return names.map { .skipped($0, "needs DATABASE_URL") } }
        do throws(PostgresFault) {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            return [
                await version(connection), await migrations(connection), await catalog(connection),
                await outbox(connection), await events(connection),
            ]
        } catch {
            let check = Check.failed(
                names[0], error.description,
                advice: "is the server up, and are host, port, user, password and database in DATABASE_URL right?")
            return [check] + names.dropFirst().map { .skipped($0, "needs the database") }
        }
    }

    private func version(_ connection: Connection) async -> Check {
        do throws(PostgresFault) {
            let (number, text) = try await connection.run(ServerStatements.version)
            guard number >= 150_000 else {
                return .failed("database", "PostgreSQL \(text)", advice: "upgrade to PostgreSQL 15 or later")
            }
            return .passed("database", "PostgreSQL \(text)")
        } catch {
            return .failed("database", error.description, advice: "look into the server's log")
        }
    }

    private func migrations(_ connection: Connection) async -> Check {
        do throws(CommandFault) {
            let folder = environment["MIGRATIONS_DIR"] ?? "infra/migrations"
            let files = try await readMigrations(folder)
            let migrating = Migrating(connection, files, clock: clock) { [console] step in console.progress(step) }
            let plan: MigrationPlan
            do throws(MigrationFault) { plan = try await migrating.plan() } catch { throw .failed(error.description) }
            let pending = plan.pending.map(\.fileName).joined(separator: ", ")
            return plan.pending.isEmpty
                ? .passed("migrations", "\(plan.applied.count) applied, none pending")
                : .failed("migrations", "pending: \(pending)", advice: "run latchkey migrate")
        } catch {
            return .failed(
                "migrations", error.message, advice: "compare the folder MIGRATIONS_DIR with what was released")
        }
    }

    private func catalog(_ connection: Connection) async -> Check {
        do throws(PostgresFault) {
            let products = try await connection.run(CatalogStatements.forSale)
            guard !products.isEmpty else {
                return .failed("catalog", "nothing is for sale", advice: "run latchkey catalog apply FILE")
            }
            // The functions' own reader fails on whatever they cannot use.
            _ = try await connection.run(CatalogStatements.load)
            let bare = products.filter { !$0.hasRelease }.map(\.slug)
            return .passed(
                "catalog", "for sale: \(products.map(\.slug).joined(separator: ", "))",
                advice: bare.isEmpty
                    ? nil : "nothing to download yet for \(bare.joined(separator: ", ")): run latchkey release publish")
        } catch {
            return .failed(
                "catalog", error.description, advice: "run latchkey migrate, then latchkey catalog apply FILE")
        }
    }

    /// Checks that mails go out: refusals that speak of the sender hold them.
    private func outbox(_ connection: Connection) async -> Check {
        do throws(PostgresFault) {
            guard let hold = try await connection.run(HoldStatements.current) else {
                return .passed("outbox", "not held")
            }
            return .failed("outbox", hold.text, advice: hold.advice)
        } catch {
            return .failed("outbox", error.description, advice: "run latchkey migrate")
        }
    }

    /// Counts the events that wait: those that failed are tried again, and parked ones may have been put away.
    private func events(_ connection: Connection) async -> Check {
        do throws(PostgresFault) {
            let (failed, parked) = try await connection.run(LedgerListStatements.waiting)
            guard failed + parked > 0 else { return .passed("events", "none failed or parked") }
            return .passed("events", "\(failed) failed, \(parked) parked", advice: "see latchkey event list")
        } catch {
            return .failed("events", error.description, advice: "run latchkey migrate")
        }
    }
}
