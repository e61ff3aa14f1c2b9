import Audit
import EventLoop
import Files
import Kernel
import Licensing
import Postgres

extension Invocation {
    /// Returns the operator, host, reason and time of a change, for the audit log.
    ///
    /// - Throws: `.usage` for an invalid reason, `.failed` if the operator's name is missing or invalid.
    func auditContext() throws(CommandFault) -> AuditContext {
        AuditContext(.operator(try operatorName()), from: Machine.name, because: try reason(), at: clock.now())
    }

    /// Returns the connection for changes by `context`, which `--dry-run` rolls back.
    @Loop
    func audited(_ connection: Connection, by context: AuditContext) -> AuditedConnection {
        AuditedConnection(connection, by: context, dryRun: isDryRun)
    }

    private func reason() throws(CommandFault) -> AuditReason {
        do {
            return try AuditReason(arguments["--reason"] ?? "", refusing: .keysAndAddresses)
        } catch {
            switch error {
            case .empty: throw .usage("--reason says nothing")
            case .tooLong: throw .usage("--reason is longer than \(AuditReason.byteLimit) bytes")
            case .notPrintable: throw .usage("--reason holds control characters")
            case .identifying:
                throw .usage("the audit log keeps the reason for good: leave the address or the key out of it")
            }
        }
    }

    private func operatorName() throws(CommandFault) -> OperatorName {
        let names = ["LATCHKEY_OPERATOR", "USER", "LOGNAME"].compactMap { environment[$0] }
        do {
            return try OperatorName(names.first { !$0.trimmingBlanks().isEmpty } ?? "")
        } catch {
            switch error {
            case .empty: throw .failed("the audit log must know who you are: set LATCHKEY_OPERATOR")
            case .tooLong, .notPrintable:
                throw .failed(
                    "LATCHKEY_OPERATOR: expected a name of at most \(OperatorName.byteLimit) bytes without control "
                        + "characters")
            }
        }
    }
}
