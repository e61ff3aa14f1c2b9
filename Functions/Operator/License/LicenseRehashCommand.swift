import Crypto
import EventLoop
import JSON
import Kernel
import Licensing
import Postgres

extension Command {
    /// Rehashes all keys after a change of the pepper.
    static let licenseRehash = Command(
        name: "license rehash",
        summary: "rehash all license keys for a new KEY_PEPPER",
        details: """
            Derives each key again and replaces its hash with one under the current KEY_PEPPER, in one transaction. No
            key changes. First restart the functions with the new pepper, then run this; in between, a license cannot
            be found by its whole key. Idempotent.
            """,
        options: [.reason, .dryRun, .json],
        settings: [
            .databaseURL, .operatorName,
            Setting(
                name: "LICENSE_SECRETS", help: "needed, every version in use; \(VersionedSecrets.expectedWithStarts)"),
            Setting(name: "KEY_PEPPER", help: "needed; the new one, base64 of at least 32 bytes"),
        ],
        examples: [#"latchkey license rehash --reason "yearly""#],
        failure: "a key could not be derived, or the database failed; nothing was changed"
    ) { invocation throws(CommandFault) in
        let context = try invocation.auditContext()
        let rehash = KeyRehashing(keys: try invocation.setting { KeyRing(&$0) })
        let outcome = try await withDatabase(invocation.environment, limit: .seconds(600)) {
            connection throws(CommandFault) in
            try await mapError(
                CommandFault.database,
                await connection.transaction(dryRun: invocation.isDryRun) { connection throws(PostgresFault) in
                    try await rehash(connection, by: context)
                })
        }
        guard case .done(let seen, let changed) = outcome else {
            throw .failed("\(outcome.complaint); nothing was changed")
        }
        try invocation.showChange(
            ["\(seen) licenses, \(changed) hashes made anew"],
            [("licenses", .integer(Int64(seen))), ("rehashed", .integer(Int64(changed)))], hasChanged: changed > 0)
    }
}

extension KeyRehashingOutcome {
    fileprivate var complaint: String {
        guard case .underivable(let license, let fault) = self else { return "" }
        return "license \(license): \(fault)"
    }
}
