import Audit
import JSON
import Kernel

/// The output of `audit list`.
enum AuditList {
    /// Returns the text output.
    static func lines(_ rows: [AuditRow]) -> [String] {
        guard !rows.isEmpty else { return ["no entries"] }
        let header = ["ROW", "WHEN", "WHO", "WHAT", "ORDER", "FROM", "DETAILS"]
        return aligned([header] + rows.map(cells))
    }

    /// Returns the JSON output.
    static func document(_ rows: [AuditRow]) -> JSONValue {
        .object([
            ("entries", .array(rows.map(\.document)))
        ])
    }

    private static func cells(_ row: AuditRow) -> [String] {
        [
            String(row.id), row.at.toTheSecond, row.actor, row.action, row.order?.description ?? "–",
            row.origin.isEmpty ? "–" : row.origin, row.details == "{}" ? "" : row.details,
        ]
    }
}

extension AuditRow {
    /// The cells of a row in an order's history.
    var historyCells: [String] { [at.toTheSecond, actor, action, details == "{}" ? "" : details] }

    /// The entry as JSON.
    var document: JSONValue {
        .object([
            ("row", .integer(id)), ("at", .string(CivilTime(at).rfc3339)), ("actor", .string(actor)),
            ("action", .string(action)), ("order_id", order.map { .string($0.description) } ?? .null),
            ("origin", .string(origin)), ("details", .written(details)),
        ])
    }
}
