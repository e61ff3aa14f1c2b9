import EventLoop
import JSON
import Kernel
import Orders
import Postgres

/// Returns the one order that `reference`, typed as `word`, refers to.
///
/// - Throws: `.failed` if there is none, or several.
@Loop
func oneOrder(
    _ reference: OrderReference, typed word: String, _ connection: Connection
) async throws(CommandFault) -> OrderDetail {
    let found = try await mapError(CommandFault.database, await connection.run(OrderDetailStatements.find(reference)))
    return try onlyOne(found, of: "order", typed: reference.shown(word)) { $0.id.description }
}

extension OrderReference {
    /// Returns the typed text for a message; a license key is a secret and is left out.
    func shown(_ word: String) -> String {
        if case .keyHash = self { return "with this key" }
        return word
    }
}

/// Returns the only element of `found`.
///
/// - Throws: `.failed` if there is none, or several, with their IDs.
func onlyOne<Found>(
    _ found: [Found], of kind: String, typed word: String, id: (Found) -> String
) throws(CommandFault) -> Found {
    guard let first = found.first else { throw .failed("no \(kind) \(word)") }
    guard found.count == 1 else {
        throw .failed(
            "\(word) stands for several \(kind)s, ask for one of them: \(found.map(id).joined(separator: ", "))")
    }
    return first
}

extension OrderNumber? {
    /// The number for JSON output; `null` before the order is paid.
    var member: JSONValue { map { .integer($0.value) } ?? .null }
}
