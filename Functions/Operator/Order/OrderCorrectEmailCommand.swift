import Audit
import EventLoop
import JSON
import Kernel
import Orders
import Postgres

extension Command {
    /// Puts a buyer's address right.
    static let orderCorrectEmail = Command(
        name: "order correct-email",
        summary: "give an order another address, and send its mail there",
        details: """
            Gives the order the new address and the customer who has it; other orders of the old address stay as they
            are. Mails to the old address that have not gone out yet are not sent any more, and the receipt with keys
            and fresh links goes to the new one.
            """,
        operands: [.order, Operand(name: "ADDRESS", help: "the right one")],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [
            #"latchkey order correct-email cs_test_a1YS1URl ada@example.com --reason "typing error, told by phone""#
        ],
        failure: "there is no such order, or nobody has paid for it; nothing was changed"
    ) { invocation throws(CommandFault) in
        let (word, typed) = (invocation.arguments.operands[0], invocation.arguments.operands[1])
        guard let email = EmailAddress(typed) else { throw .usage("«\(typed)» is no address that mail can go to") }
        let stamp = try invocation.stamp()
        let reference = try invocation.orderReference()
        let (order, outcome) = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let order = try await oneOrder(reference, typed: word, connection)
            let outcome = try await mapError(
                CommandFault.database,
                await changing(connection, isDryRun: invocation.isDryRun) { connection throws(PostgresFault) in
                    try await connection.run(
                        PaymentStatements.lock(paymentOf: order.id),
                        CorrectionStatements.correctEmail(
                            of: order.id, to: email, nil, CorrectionMails(at: stamp.at), by: stamp)
                    ).1
                })
            return (order.id, outcome)
        }
        let correction = try Correction(order, email, outcome)
        try invocation.showChange(correction.lines, correction.members, hasChanged: correction.hasChanged)
    }
}

/// An address that is right now.
private struct Correction {
    let order: OrderID
    let email: EmailAddress
    let previous: String?
    let mails: Int
    /// Whether the address before is told that it is no more.
    let isTold: Bool
    let hasChanged: Bool

    init(_ order: OrderID, _ email: EmailAddress, _ outcome: CorrectionOutcome) throws(CommandFault) {
        (self.order, self.email) = (order, email)
        switch outcome {
        case .corrected(let previous, let mails, let notice):
            (self.previous, self.mails, isTold, hasChanged) = (previous, mails.count, notice != nil, true)
        case .unchanged:
            (previous, mails, isTold, hasChanged) = (email.text, 0, false, false)
        case .notPlaced(let status): throw .failed("order \(order) has no address yet: \(status.whyClosed)")
        case .beyondLimits: throw .failed("the address of order \(order) may not be changed any more")
        case .noOrder: throw .failed("no order \(order)")
        }
    }

    var lines: [String] {
        guard hasChanged else { return ["order \(order) has the address \(email.text) already; nothing to do"] }
        let sent = mails == 0 ? "it has no mail to send" : "\(mails == 1 ? "1 mail goes" : "\(mails) mails go") there"
        let told = isTold ? "; the address before is told that it is no more" : ""
        return ["order \(order): \(previous ?? "no address") → \(email.text); \(sent)\(told)"]
    }

    var members: [(String, JSONValue)] {
        [
            ("order", .string(order.description)), ("email", .string(email.text)),
            ("previous_email", previous.map(JSONValue.string) ?? .null), ("mails", .integer(Int64(mails))),
            ("previous_is_told", .bool(isTold)),
        ]
    }
}
