import Audit
import EventLoop
import Fulfilment
import JSON
import Kernel
import Postgres

extension Command {
    /// Puts a failed event away by hand.
    static let eventPark = Command(
        name: "event park",
        summary: "put a failed event away",
        details: """
            Parks an event that fails again and again: neither Stripe's deliveries nor reconcile count it as failed any
            more, and the alert about unhandled events ends. There is no second step: an event that is parked, by hand or by
            the shop itself, is dismissed unless someone retries it with `latchkey event retry`. Its payload is removed
            after 90 days, as every event's. A processed or ignored event has nothing to put away.
            """,
        operands: [.event],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .operatorName],
        examples: [#"latchkey event park evt_1Pgc8I2eZvKYlo2C0pYBnSbN --reason "refunded by hand""#],
        failure: "there is no such event, or it has not failed; nothing was changed"
    ) { invocation throws(CommandFault) in
        let (id, context) = (invocation.arguments.operands[0], try invocation.auditContext())
        let (known, parked) = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            try await mapError(
                CommandFault.database,
                await invocation.audited(connection, by: context).transaction { connection throws(PostgresFault) in
                    try await connection.run(
                        LedgerListStatements.event(id), ParkingStatements.putAway(id, by: context))
                })
        }
        guard let known else { throw .failed("no event \(id) is known: see `latchkey event list`") }
        guard parked > 0 || known.status == .parked else {
            throw .failed("event \(id) is \(known.status.rawValue): there is nothing to put away")
        }
        try invocation.showChange(
            [parked > 0 ? "event \(id): failed → parked" : "event \(id) is parked already; nothing to do"],
            [("id", .string(id)), ("previous_status", .string(known.status.rawValue)), ("status", "parked")],
            hasChanged: parked > 0)
    }
}
