import Audit
import EventLoop
import JSON
import Kernel
import Orders
import Postgres

extension Command {
    /// Sends a buyer everything again.
    static let orderResend = Command(
        name: "order resend",
        summary: "send the buyer all keys and fresh links again",
        details: """
            Queues a mail with every license key of the order's buyer, each with a fresh download link, to the order's
            address; it goes out within a minute. An order whose licenses are closed is refused.
            """,
        operands: [.order],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [
            #"latchkey order resend cs_test_a1YS1URl --reason "asked by phone""#,
            #"latchkey order resend AJ9C --reason "spam folder" --dry-run"#,
        ],
        failure: "there is no such order, or it opens nothing; no mail was queued"
    ) { invocation throws(CommandFault) in
        let (word, stamp) = (invocation.arguments.operands[0], try invocation.stamp())
        let reference = try invocation.orderReference()
        let resent = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let order = try await oneOrder(reference, typed: word, connection)
            let outcome = try await mapError(
                CommandFault.database,
                await changing(connection, isDryRun: invocation.isDryRun) { connection throws(PostgresFault) in
                    try await connection.run(ResendStatements.queue(EmailID(at: stamp.at), for: order.id, by: stamp))
                })
            return try Resent(order.id, outcome)
        }
        let lines = ["queued a mail with everything to \(resent.recipient)"]
        try invocation.showChange(
            lines, [("order", .string(resent.order.description)), ("email", .string(resent.recipient))])
    }
}

/// A mail that was queued.
private struct Resent {
    let order: OrderID
    let recipient: String

    init(_ order: OrderID, _ outcome: ResendOutcome) throws(CommandFault) {
        self.order = order
        switch outcome {
        case .queued(let recipient): self.recipient = recipient
        case .closed(let status): throw .failed("order \(order) opens nothing: \(status.whyClosed)")
        case .noAddress: throw .failed("order \(order) has no address: set one with `latchkey order correct-email`")
        case .noOrder: throw .failed("no order \(order)")
        }
    }
}

extension OrderStatus {
    /// Why no license of an order in this state opens anything.
    var whyClosed: String {
        switch self {
        case .pending, .awaitingPayment, .failed, .expired: "nobody has paid for it (\(rawValue))"
        case .paid, .partiallyRefunded: "every license of it is closed by hand"
        case .refunded: "it was refunded"
        case .disputed: "a dispute over its payment is open"
        case .lost: "a dispute over its payment was lost"
        }
    }
}
