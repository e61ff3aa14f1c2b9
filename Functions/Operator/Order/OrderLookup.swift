import EventLoop
import Kernel
import Orders
import Postgres

/// The one order that `reference` means; `word` is what was typed.
///
/// - Throws: `.failed` when there is none, or several.
@Loop
func oneOrder(
    _ reference: OrderReference, typed word: String, _ connection: Connection
) async throws(CommandFault) -> OrderDetail {
    let found = try await mapError(CommandFault.database, await connection.run(OrderDetailStatements.find(reference)))
    return try onlyOne(found, of: "order", typed: reference.shown(word)) { $0.id.description }
}

extension OrderReference {
    /// What was typed, as a message may show it: a whole key is a secret.
    func shown(_ word: String) -> String {
        if case .keyHash = self { return "with this key" }
        return word
    }
}

/// The only one of what was found.
///
/// - Throws: `.failed` when there is none, or several, by their IDs.
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
