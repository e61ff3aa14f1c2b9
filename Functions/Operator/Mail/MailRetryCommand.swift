import EventLoop
import JSON
import Kernel
import Outbox
import Postgres

extension Command {
    /// Queues mails again that were given up.
    static let mailRetry = Command(
        name: "mail retry",
        summary: "try mails again that were given up",
        details: """
            Queues a dead mail once more, or all that are dead: due at once, with all attempts before it and the
            Message-ID it had. For when the reason is gone: a mail server that was out for days, a full mailbox. A mail
            whose order has another address by now, or none, stays where it is: see `latchkey order resend`.
            """,
        operands: [
            Command.Operand(name: "ID", help: "a mail's ID, or `all` that are dead, \(EmailRevival.batch) at a time")
        ],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .operatorName],
        examples: [
            #"latchkey mail retry all --reason "the provider is back""#,
            #"latchkey mail retry 019aa2b1-… --reason "mailbox was full" --dry-run"#,
        ],
        failure: "there is no such mail, or it may not be tried again; nothing was queued"
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
