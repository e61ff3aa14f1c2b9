import EventLoop
import Fulfilment
import JSON
import Kernel
import Postgres

extension Command {
    /// Lists the event ledger.
    static let eventList = Command(
        name: "event list",
        summary: "list Stripe's events that wait, newest first",
        details: """
            Lists events of Stripe's, and states of its objects that reconcile found, with the reason for their status.
            Failed ones are tried again by Stripe and by each run of reconcile: what failed may pass by itself. Parked
            ones were refused by the shop's own rules for good, with an alert, or put away by a person; only `latchkey
            event retry` tries them again. Without --state both are listed.
            """,
        options: [
            Option(
                name: "--state", value: "WORD", help: "only events with this status: \(EventStatus.words)"),
            .limit,
            Option(name: "--before", value: "ID", help: "only events received before this one, for the next page"),
            .json,
        ],
        settings: [.databaseURL],
        examples: ["latchkey event list", "latchkey event list --state parked --json"],
        failure: "the database failed"
    ) { invocation throws(CommandFault) in
        let limit = try invocation.limit()
        let status = try invocation.choice("--state", "one of \(EventStatus.words)") { EventStatus(rawValue: $0) }
        let before = invocation.arguments["--before"]
        let found = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            try await mapError(
                CommandFault.database,
                await connection.run(
                    LedgerListStatements.newest(limit + 1, status.map { [$0] } ?? [.failed, .parked], before: before)))
        }
        let list = EventList(events: Array(found.prefix(limit)), hasMore: found.count > limit)
        try invocation.console.show(list.lines, list.document, asJSON: invocation.isJSON)
    }
}

extension EventStatus {
    /// All values, for help and errors.
    fileprivate static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The output: a page of events.
private struct EventList {
    let events: [LedgeredEvent]
    /// Whether there is a next page.
    let hasMore: Bool

    /// The cursor of the next page; `nil` if there is none.
    private var next: String? { hasMore ? events.last?.id : nil }

    var lines: [String] {
        guard !events.isEmpty else { return ["no events"] }
        let header = ["RECEIVED", "ID", "TYPE", "STATUS", "ATTEMPTS", "WHY"]
        return aligned([header] + events.map(row)) + (next.map { ["", "more: --before \($0)"] } ?? [])
    }

    var document: JSONValue {
        .object([
            ("events", .array(events.map { .object($0.members) })), ("next", next.map(JSONValue.string) ?? .null),
        ])
    }

    private func row(_ event: LedgeredEvent) -> [String] {
        [
            event.receivedAt.toTheSecond, event.id, event.type, event.status.rawValue, "\(event.attempts)",
            event.error ?? "–",
        ]
    }
}

extension LedgeredEvent {
    /// The event for programs.
    var members: [(String, JSONValue)] {
        [
            ("id", .string(id)), ("type", .string(type)), ("status", .string(status.rawValue)),
            ("attempts", .integer(attempts)), ("received_at", .string(CivilTime(receivedAt).rfc3339)),
            ("error", error.map(JSONValue.string) ?? .null),
        ]
    }
}
