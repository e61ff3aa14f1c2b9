import Audit
import EventLoop
import JSON
import Kernel
import Orders
import Postgres

extension Command {
    /// Sends the buyer all keys and links again.
    static let orderResend = Command(
        name: "order resend",
        summary: "send the buyer all keys again, with fresh links",
        details: """
            Queues a mail with every license key of the order's buyer, each with a fresh download link, to the order's
            address; it is sent within a minute. An order without an active license is refused.
            """,
        operands: [.order],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [
            #"latchkey order resend cs_test_a1YS1URl --reason "asked by phone""#,
            #"latchkey order resend AJ9C --reason "spam folder" --dry-run"#,
        ],
        failure: "there is no such order, or it has no active license; no mail was queued"
    ) { invocation throws(CommandFault) in
        let (word, context) = (invocation.arguments.operands[0], try invocation.auditContext())
        let reference = try invocation.orderReference()
        let (order, recipient) = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let order = try await oneOrder(reference, typed: word, connection)
            let changing = OrderChanging(invocation.audited(connection, by: context))
            return (
                order,
                try await mapError(
                    { (fault: OrderChangeFault) in CommandFault(fault, order: order.name) },
                    await changing.resend(order.id))
            )
        }
        try invocation.showChange(
            ["queued a mail with everything to \(recipient)"],
            [("order", .string(order.id.description)), ("number", order.number.member), ("email", .string(recipient))])
    }
}
