import JSON
import Kernel
import Licensing
import Log
import Postgres
import Reconciliation
import Settings

/// The settings for a reconciliation run.
struct RepairSettings: Sendable {
    let database: DatabaseSettings
    let reconciliation: ReconciliationSettings

    /// Reads the settings, and the templates' files, so it blocks.
    init(_ environment: [String: String]) throws(CommandFault) {
        var read = SettingsReader(environment)
        var database = DatabaseSettings(&read)
        // A person prefers waiting to starting over.
        (database.connectTime, database.statementTime) = (.seconds(30), .seconds(60))
        self.database = database
        let reconciliation = ReconciliationSettings(&read)
        do { self.reconciliation = try read.unwrap(reconciliation) } catch { throw .settings(error) }
    }
}

extension Invocation {
    /// The log of a command: at a terminal warnings and errors as text, otherwise every line as JSON.
    var log: Log {
        Log { [console, clock] line in
            guard console.isWatched else {
                let bytes = line.bytes(
                    at: clock.now(), from: LogOrigin("latchkey"), masking: LogMask(.keysAndAddresses))
                return console.remark(String(decoding: bytes, as: UTF8.self))
            }
            guard line.severity >= .warning else { return }
            let fields = line.fields.map { "\($0.0)=\($0.1.text)" }.joined(separator: " ")
            console.remark("\(line.severity.rawValue.lowercased()): \(line.message) \(fields)\n")
        }
    }
}
