import Audit
import Crypto
import EventLoop
import JSON
import Kernel
import Licensing
import Log
import Postgres

extension Command {
    /// Seals the audit log's new rows.
    static let auditSeal = Command(
        name: "audit seal",
        summary: "seal the audit log's new rows",
        details: """
            Chains a hash over the rows since the last seal, so that `latchkey audit verify` detects rows that are
            changed, removed or inserted later. The scheduled reconcile does the same every few minutes; this is for a
            shop without it. Keep the hash of the last seal where the database's owner cannot write, for
            `latchkey audit verify --head`.
            """,
        options: [.json],
        settings: [.databaseURL],
        examples: ["latchkey audit seal", "latchkey audit seal --json >> /somewhere/else/seals.jsonl"],
        failure: "the database failed, or the log's writers were too busy; earlier seals remain"
    ) { invocation throws(CommandFault) in
        let sealing = AuditSealing(invocation.auditLog)
        let seals = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            do throws(PostgresFault) {
                return try await sealing(atMost: .max) { statement throws(PostgresFault) in
                    try await connection.run(statement)
                }
            } catch .server("55P03", _, _) {
                throw .failed("the audit log's writers are busy; nothing is lost, try again in a moment")
            } catch {
                throw .database(error)
            }
        }
        try invocation.console.show(lines(seals), document(seals), asJSON: invocation.isJSON)
    }

    private static func lines(_ seals: [NewAuditSeal]) -> [String] {
        guard !seals.isEmpty else { return ["nothing to seal"] }
        return seals.map { seal in
            let rows = seal.rowCount == 1 ? "1 row" : "\(seal.rowCount) rows"
            return "seal \(seal.id): \(rows) up to row \(seal.lastID), hash \(Hex.encode(seal.hash))"
        }
    }

    private static func document(_ seals: [NewAuditSeal]) -> JSONValue {
        .object([
            (
                "seals",
                .array(
                    seals.map { seal in
                        .object([
                            ("seal", .integer(seal.id)), ("first_row", .integer(seal.firstID)),
                            ("last_row", .integer(seal.lastID)), ("rows", .integer(seal.rowCount)),
                            ("hash", .string(Hex.encode(seal.hash))),
                            ("sealed_at", .string(CivilTime(seal.sealedAt).rfc3339)),
                        ])
                    })
            )
        ])
    }
}

extension Invocation {
    /// The log on stderr; none at a terminal, where the output says the same.
    fileprivate var auditLog: Log {
        Log { [console, clock] line in
            guard !console.isWatched else { return }
            let bytes = line.bytes(
                at: clock.now(), from: LogOrigin("latchkey"), masking: LogMask(.keysAndAddresses))
            console.remark(String(decoding: bytes, as: UTF8.self))
        }
    }
}
