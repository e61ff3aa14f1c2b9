import Audit
import EventLoop
import Files
import Kernel
import Licensing
import Postgres

extension Invocation {
    /// Who changes something, from where and why, for the audit log.
    ///
    /// - Throws: `.usage` for a reason that is none or must not be kept, `.failed` when nobody says who they are.
    func auditContext() throws(CommandFault) -> AuditContext {
        AuditContext(.operator(try operatorName()), from: Machine.name, because: try reason(), at: clock.now())
    }

    /// The connection for changes by `context`, which `--dry-run` undoes.
    @Loop
    func audited(_ connection: Connection, by context: AuditContext) -> AuditedConnection {
        AuditedConnection(connection, by: context, dryRun: isDryRun)
    }

    private func reason() throws(CommandFault) -> String {
        let text = String((arguments["--reason"] ?? "").trimmingBlanks())
        guard !text.isEmpty else { throw .usage("--reason says nothing") }
        guard text.utf8.count <= 500 else { throw .usage("--reason is longer than 500 bytes") }
        guard text.isPrintable else { throw .usage("--reason holds control characters") }
        let words = text.split {
            $0 == " " || $0 == "," || $0 == ";" || $0 == "<" || $0 == ">" || $0 == "(" || $0 == ")"
        }
        guard words.allSatisfy({ EmailAddress(String($0)) == nil && LicenseKey(String($0)) == nil }) else {
            throw .usage("the audit log keeps the reason for good: leave the address or the key out of it")
        }
        return text
    }

    private func operatorName() throws(CommandFault) -> String {
        let names = ["LATCHKEY_OPERATOR", "USER", "LOGNAME"].compactMap { environment[$0]?.trimmingBlanks() }
        guard let name = names.first(where: { !$0.isEmpty }) else {
            throw .failed("the audit log must know who you are: set LATCHKEY_OPERATOR")
        }
        guard name.utf8.count <= 64, String(name).isPrintable else {
            throw .failed("LATCHKEY_OPERATOR: expected a name of at most 64 bytes without control characters")
        }
        return String(name)
    }
}

extension String {
    /// Whether it can stand in a line without breaking it.
    fileprivate var isPrintable: Bool {
        unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && !$0.properties.isBidiControl }
    }
}
