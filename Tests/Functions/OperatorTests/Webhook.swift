import EventLoop
import Fulfilment
import Kernel
import Orders
import Postgres
import Support

/// What the webhook does with an event about a payment.
enum Webhook {
    /// Takes in `news` of `pi_1` under an event's ID.
    static func tell(_ news: PaymentUpdate, _ event: String) async throws {
        let settings = try testDatabase()
        try await onLoop {
            let connection = try await Connection.open(settings)
            defer { connection.close() }
            try await begin(news, event, connection)
        }
    }

    /// The same on a connection of the caller's, in whose transaction it stays.
    @Loop
    static func begin(_ news: PaymentUpdate, _ event: String, _ connection: Connection) async throws(PostgresFault) {
        let entry = LedgerEntry(
            event: event, type: "test", apiVersion: nil, createdAt: testNow, receivedAt: testNow, payload: "{}",
            source: .delivered)
        _ = try await connection.run(
            PaymentEventStatements.record(news, of: "pi_1", from: entry),
            PaymentStatements.settle(
                "pi_1", PaymentMails(at: testNow), mailLeasedUntil: testNow + .seconds(90), by: "function:webhook",
                at: testNow))
    }
}
