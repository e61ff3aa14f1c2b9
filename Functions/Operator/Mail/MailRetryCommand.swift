import EventLoop
import JSON
import Kernel
import Outbox
import Postgres

extension Command {
    /// Queues dead mails again.
    static let mailRetry = Command(
        name: "mail retry",
        summary: "queue dead mails again",
        details: """
            Queues one dead mail again, or all of them: due at once, with a full number of attempts and the same
            Message-ID. For use once the cause is fixed: a mail server that was down for days, a full mailbox. A mail
            whose order has another address by now, or none, stays dead: see `latchkey order resend`. If the outbox is
            held, the next mail probes at once.
            """,
        operands: [
            Command.Operand(
                name: "ID", help: "a mail's ID, or `all` for all dead mails, \(EmailRevival.batch) at a time")
        ],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .operatorName],
        examples: [
            #"latchkey mail retry all --reason "the provider is back""#,
            #"latchkey mail retry 019aa2b1-… --reason "mailbox was full" --dry-run"#,
        ],
        failure: "there is no such mail, or it may not be retried; nothing was queued"
    ) { invocation throws(CommandFault) in
        let (word, context) = (invocation.arguments.operands[0], try invocation.auditContext())
        let mail = EmailID(word)
        guard mail != nil || word == "all" else { throw .usage("«\(word)» is no mail's ID: expected one, or all") }
        let revived = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let revival = EmailRevival(invocation.audited(connection, by: context))
            return try await mapError(CommandFault.database, await revival.revive(mail))
        }
        guard revived > 0 || mail == nil else {
            throw .failed("no mail \(word) is dead and may be tried again: see `latchkey mail list --status dead`")
        }
        try invocation.showChange(
            ["queued \(revived) mail\(revived == 1 ? "" : "s") again"], [("mails", .integer(Int64(revived)))],
            hasChanged: revived > 0)
    }
}
