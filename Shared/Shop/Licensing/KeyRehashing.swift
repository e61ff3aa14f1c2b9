package import Audit
import EventLoop
import JSON
package import Kernel
package import Postgres

/// The outcome of rehashing all license keys.
package enum KeyRehashingOutcome: Sendable {
    /// All hashes match the pepper now; `changed` of them did not before.
    case done(seen: Int, changed: Int)
    /// A license's key cannot be derived, for this reason; nothing was changed.
    case underivable(LicenseID, KeyFault)
}

/// Derives every license key again and stores its hash under the present pepper.
package struct KeyRehashing: Sendable {
    /// The number of licenses read or written at once.
    private static let batch = 5_000

    private let keys: KeyRing

    /// Creates a rehashing with `keys`, which must have every secret in use, and the new pepper.
    package init(keys: KeyRing) { self.keys = keys }

    /// Derives every key before writing the first hash; run it in a transaction, which blocks new licenses.
    @Loop
    package func callAsFunction(
        _ connection: Connection, by context: AuditContext
    ) async throws(PostgresFault) -> KeyRehashingOutcome {
        _ = try await connection.run(LicenseHashStatements.lock)
        var hashes: [(LicenseID, [UInt8])] = []
        while true {
            let origins = try await connection.run(
                LicenseHashStatements.page(after: hashes.last?.0, limit: KeyRehashing.batch))
            for origin in origins {
                do throws(KeyFault) {
                    hashes.append((origin.license, keys.hash(try keys.key(of: origin))))
                } catch { return .underivable(origin.license, error) }
            }
            if origins.count < KeyRehashing.batch { break }
        }
        var changed = 0
        for start in stride(from: 0, to: hashes.count, by: KeyRehashing.batch) {
            let batch = Array(hashes[start..<min(start + KeyRehashing.batch, hashes.count)])
            changed += try await connection.run(LicenseHashStatements.replace(batch))
        }
        let entry = AuditEntry(by: context, "licenses.rehashed", details: [("count", .integer(Int64(changed)))])
        if changed > 0 { _ = try await connection.run(AuditStatements.record(entry)) }
        return .done(seen: hashes.count, changed: changed)
    }
}
