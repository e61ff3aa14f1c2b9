import EventLoop
import Fulfilment
import Kernel
package import Orders
package import Postgres

extension PaymentUpdate {
    /// Records this update of `pi_1` as the webhook does with an event of this ID.
    package func deliver(as event: String) async throws {
        try await withConnection { connection in try await deliver(as: event, connection) }
    }

    /// Does the same on `connection`, in whose transaction it stays.
    @Loop
    package func deliver(as event: String, _ connection: Connection) async throws(PostgresFault) {
        let entry = LedgerEntry(
            event: event, type: "test", apiVersion: nil, createdAt: testNow, receivedAt: testNow, payload: "{}",
            source: .delivered)
        _ = try await connection.run(
            PaymentStatements.lock("pi_1"),
            PaymentEventStatements.record(self, of: "pi_1", from: entry),
            PaymentStatements.settle(
                "pi_1", PaymentMails(at: testNow), mailLeasedUntil: testNow + .seconds(90), by: "function:webhook",
                at: testNow))
    }
}
