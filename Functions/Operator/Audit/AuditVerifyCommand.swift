import Audit
import Crypto
import EventLoop
import Kernel
import Postgres

extension Command {
    /// Checks the audit log against its seals.
    static let auditVerify = Command(
        name: "audit verify",
        summary: "verify the audit log against its seals",
        details: """
            Reads every row and every seal, recomputes all hashes, and reports each row that was changed, removed or
            added and each seal that is missing or does not follow from the previous one. The database's owner could
            recompute all seals, so keep a seal's hash elsewhere (each seal is a line «audit log sealed» in the
            function's log) and pass it with --head: then nothing up to that seal can have been rewritten or
            truncated. Rows that are not sealed yet are counted, not verified.
            """,
        options: [
            Option(name: "--head", value: "HEX", help: "a seal's hash, kept elsewhere, that the chain must contain"),
            .json,
        ],
        settings: [.databaseURL],
        examples: [
            "latchkey audit verify",
            "latchkey audit verify --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --json",
        ],
        failure: "the audit log is broken, or the database failed"
    ) { invocation throws(CommandFault) in
        let head = try invocation.arguments["--head"].map(hash)
        let console = invocation.console
        let report = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let verify = AuditVerification(connection, expecting: head) { seal in
                if seal.id % 100 == 0 { console.progress("checked \(seal.id) seals …") }
            }
            return try await mapError(CommandFault.database, await verify())
        }
        let isOverdue = report.isOverdue(at: invocation.clock.now())
        try console.show(report.lines, report.document(isOverdue: isOverdue), asJSON: invocation.isJSON)
        if isOverdue {
            console.remark(
                "latchkey: warning: rows wait for their seal for more than an hour; does the scheduled step run?\n")
        }
        guard report.faultCount == 0 else {
            throw .failed("the audit log is broken: \(report.faultCount) fault\(report.faultCount == 1 ? "" : "s")")
        }
    }

    private static func hash(_ word: String) throws(CommandFault) -> [UInt8] {
        guard let hash = Hex.decode(word.lowercased()), hash.count == SHA256.byteCount else {
            throw .usage("--head is a seal's hash, 64 hexadecimal digits")
        }
        return hash
    }
}
