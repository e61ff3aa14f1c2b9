import EventLoop
import JSON
import Kernel
import Outbox
import Postgres

extension Command {
    /// Lists the outbox.
    static let mailList = Command(
        name: "mail list",
        summary: "list mails, newest first",
        details: """
            Lists the outbox: pending and sent mails, and dead ones, which failed their last attempt or were rejected,
            with the reason. Says first if the outbox is held, because the mail server refuses the sender or several
            recipients in a row: then mails wait, and one at a time probes.
            """,
        options: [
            Option(name: "--status", value: "WORD", help: "only mails with this status: \(EmailStatus.words)"),
            .limit,
            Option(name: "--before", value: "ID", help: "only mails before this one, for the next page"),
            .json,
        ],
        settings: [.databaseURL],
        examples: ["latchkey mail list --status dead", "latchkey mail list --limit 1000 --json"],
        failure: "the database failed"
    ) { invocation throws(CommandFault) in
        let limit = try invocation.limit()
        let status = try invocation.choice("--status", "one of \(EmailStatus.words)") { EmailStatus(rawValue: $0) }
        let before = try invocation.choice("--before", "a mail's ID") { EmailID($0) }
        let (hold, found) = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            do throws(PostgresFault) {
                return (
                    try await connection.run(HoldStatements.current),
                    try await connection.run(EmailListStatements.newest(limit + 1, status, before: before))
                )
            } catch { throw .database(error) }
        }
        let list = MailList(hold: hold, mails: Array(found.prefix(limit)), hasMore: found.count > limit)
        try invocation.console.show(list.lines, list.document, asJSON: invocation.isJSON)
    }
}

extension EmailStatus {
    /// All values, for help and errors.
    fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The output: a page of mails.
struct MailList: Equatable, Sendable {
    /// The hold on the outbox, if there is one.
    let hold: OutboxHold?
    let mails: [EmailLine]
    /// Whether there is a next page.
    let hasMore: Bool

    /// The cursor of the next page; `nil` if there is none.
    private var next: EmailID? { hasMore ? mails.last?.id : nil }

    /// The text output.
    var lines: [String] {
        let notice = hold.map { ["the outbox is \($0.text)", $0.advice, ""] } ?? []
        guard !mails.isEmpty else { return notice + ["no mails"] }
        let header = ["QUEUED", "ID", "KIND", "STATUS", "ATTEMPTS", "TO", "WHY"]
        return notice + aligned([header] + mails.map(row)) + (next.map { ["", "more: --before \($0)"] } ?? [])
    }

    /// The JSON output.
    var document: JSONValue {
        .object([
            ("held", hold?.document ?? .null), ("mails", .array(mails.map(object))),
            ("next", next.map { .string($0.description) } ?? .null),
        ])
    }

    private func row(_ mail: EmailLine) -> [String] {
        [
            mail.createdAt.toTheSecond, mail.id.description, mail.kind.rawValue, mail.status.rawValue,
            "\(mail.attempts)",
            shown(mail.recipient), mail.lastError ?? "–",
        ]
    }

    private func object(_ mail: EmailLine) -> JSONValue {
        .object([
            ("id", .string(mail.id.description)), ("kind", .string(mail.kind.rawValue)),
            ("status", .string(mail.status.rawValue)), ("attempts", .integer(mail.attempts)),
            ("recipient", .string(mail.recipient)), ("last_error", mail.lastError.map(JSONValue.string) ?? .null),
            ("order", .string(mail.order.description)), ("created_at", .string(CivilTime(mail.createdAt).rfc3339)),
        ])
    }
}
