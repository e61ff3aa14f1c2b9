import EventLoop
import JSON
import Kernel
import Outbox
import Postgres

extension Command {
    /// Lists the outbox.
    static let mailList = Command(
        name: "mail list",
        summary: "list the shop's mails, the newest first",
        details: """
            Lists what was queued for buyers: what waits, what was sent, and what was given up (dead) after the last
            attempt or because the receiver refused it, with the reason.
            """,
        options: [
            Option(name: "--status", value: "WORD", help: "only these: \(EmailStatus.words)"),
            Option(name: "--limit", value: "N", help: "so many at most, 1 to 10000; 50 when absent"),
            Option(name: "--before", value: "ID", help: "only mails behind this one, to read on"),
            .json,
        ],
        settings: [.databaseURL],
        examples: ["latchkey mail list --status dead", "latchkey mail list --limit 1000 --json"],
        failure: "the database did not answer"
    ) { invocation throws(CommandFault) in
        let limit = Int(try invocation.number("--limit", in: 1...10_000) ?? 50)
        let status = try invocation.choice("--status", "one of \(EmailStatus.words)") { EmailStatus(rawValue: $0) }
        let before = try invocation.choice("--before", "a mail's ID") { EmailID($0) }
        let found = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            try await mapError(
                CommandFault.database,
                await connection.run(EmailListStatements.newest(limit + 1, status, before: before)))
        }
        let list = MailList(mails: Array(found.prefix(limit)), hasMore: found.count > limit)
        try invocation.console.show(list.lines, list.document, asJSON: invocation.isJSON)
    }
}

extension EmailStatus {
    /// All words there are.
    fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// A page of the list of mails.
struct MailList: Equatable, Sendable {
    let mails: [EmailLine]
    /// Whether there are more behind the last one.
    let hasMore: Bool

    /// From where the next page goes on; `nil` when there is none.
    private var next: EmailID? { hasMore ? mails.last?.id : nil }

    /// The answer for people.
    var lines: [String] {
        guard !mails.isEmpty else { return ["no mails"] }
        let header = ["QUEUED", "ID", "KIND", "STATUS", "ATTEMPTS", "TO", "WHY"]
        return aligned([header] + mails.map(row)) + (next.map { ["", "more: --before \($0)"] } ?? [])
    }

    /// The answer for programs.
    var document: JSONValue {
        .object([("mails", .array(mails.map(object))), ("next", next.map { .string($0.description) } ?? .null)])
    }

    private func row(_ mail: EmailLine) -> [String] {
        [
            mail.createdAt.toTheSecond, mail.id.description, mail.kind.rawValue, mail.status.rawValue,
            "\(mail.attempts)",
            mail.recipient, mail.lastError ?? "–",
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
