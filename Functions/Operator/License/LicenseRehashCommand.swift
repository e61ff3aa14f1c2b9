import EventLoop
import JSON
import Kernel
import Postgres
import Records
import Tokens

extension Command {
    /// Makes every key's hash anew, after the pepper was replaced.
    static let licenseRehash = Command(
        name: "license rehash",
        summary: "make the hashes of all license keys anew, for a new KEY_PEPPER",
        details: """
            Derives each key again and puts its hash under the present KEY_PEPPER in the old one's place, all in one
            transaction. No key changes, and no buyer notices. First restart the functions with the new pepper, then run
            this; in between a key cannot be looked up by its text. Running it again does no harm.
            """,
        options: [.reason, .dryRun, .json],
        settings: [
            .databaseURL, .operatorName,
            Setting(name: "LICENSE_SECRETS", help: "needed, every version in use; \(VersionedSecrets.expected)"),
            Setting(name: "KEY_PEPPER", help: "needed; the new one, base64 of at least 32 bytes"),
        ],
        examples: [#"latchkey license rehash --reason "yearly""#],
        failure: "a key could not be derived, or the database said no; nothing was changed"
    ) { invocation throws(CommandFault) in
        let stamp = try invocation.stamp()
        let hasher = KeyHasher(keys: try invocation.setting { KeyDeriver(&$0) })
        let outcome = try await withDatabase(invocation.environment, limit: .seconds(600)) {
            connection throws(CommandFault) in
            try await asking { () throws(PostgresFault) in
                try await changing(connection, isDryRun: invocation.isDryRun) { connection throws(PostgresFault) in
                    try await hasher.rehash(connection, by: stamp)
                }
            }
        }
        guard case .done(let seen, let changed) = outcome else {
            throw .failed("\(outcome.complaint); nothing was changed")
        }
        try invocation.showChange(
            ["\(seen) licenses, \(changed) hashes made anew"],
            [("licenses", .integer(Int64(seen))), ("rehashed", .integer(Int64(changed)))], hasChanged: changed > 0)
    }
}

/// What became of the hashes.
private enum Rehashing: Sendable {
    case done(seen: Int, changed: Int)
    /// A license's key could not be derived, and why.
    case underivable(LicenseID, String)

    var complaint: String {
        guard case .underivable(let license, let reason) = self else { return "" }
        return "license \(license): \(reason)"
    }
}

/// Derives keys again and hashes them.
private struct KeyHasher: Sendable {
    /// Licenses that are read, or written, at once.
    private static let batch = 5_000

    let keys: KeyDeriver

    /// Derives every key before the first hash is written, in a transaction that keeps new licenses out.
    @Loop
    func rehash(_ connection: Connection, by stamp: AuditStamp) async throws(PostgresFault) -> Rehashing {
        _ = try await connection.run(LicenseHashStatements.lock)
        var hashes: [(LicenseID, [UInt8])] = []
        while true {
            let origins = try await connection.run(
                LicenseHashStatements.page(after: hashes.last?.0, limit: KeyHasher.batch))
            for origin in origins {
                switch hash(origin) {
                case .success(let hash): hashes.append((origin.license, hash))
                case .failure(let fault): return .underivable(origin.license, fault.message)
                }
            }
            if origins.count < KeyHasher.batch { break }
        }
        var changed = 0
        for start in stride(from: 0, to: hashes.count, by: KeyHasher.batch) {
            let batch = Array(hashes[start..<min(start + KeyHasher.batch, hashes.count)])
            changed += try await connection.run(LicenseHashStatements.replace(batch))
        }
        if changed > 0 { _ = try await connection.run(AuditStatements.record(entry(changed, stamp))) }
        return .done(seen: hashes.count, changed: changed)
    }

    private func hash(_ origin: KeyOrigin) -> Result<[UInt8], CommandFault> {
        Result { () throws(CommandFault) in try keys.key(origin).hash(pepper: keys.pepper) }
    }

    private func entry(_ changed: Int, _ stamp: AuditStamp) -> AuditEntry {
        AuditEntry(
            stamp.actor, "licenses.rehashed",
            details: [("reason", stamp.reason.map(JSONValue.string) ?? .null), ("count", .integer(Int64(changed)))],
            from: stamp.origin, at: stamp.at)
    }
}
