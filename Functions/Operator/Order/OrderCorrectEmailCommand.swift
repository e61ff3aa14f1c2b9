import Audit
import DomainNames
import EventLoop
import JSON
import Kernel
import Orders
import Postgres

extension Command {
    /// Corrects an order's address.
    static let orderCorrectEmail = Command(
        name: "order correct-email",
        summary: "correct an order's address and send its mail there",
        details: """
            Assigns the order to the new address and its customer; other orders of the old address are unchanged.
            Pending mails to the old address are dropped, and the receipt with keys and fresh links goes to the new
            one.
            """,
        operands: [.order, Operand(name: "ADDRESS", help: "the correct address")],
        options: [.reason, .dryRun, .json],
        settings: [.databaseURL, .keyPepper, .operatorName],
        examples: [
            #"latchkey order correct-email cs_test_a1YS1URl ada@example.com --reason "typing error, told by phone""#
        ],
        failure: "there is no such order, or it is not paid; nothing was changed"
    ) { invocation throws(CommandFault) in
        let (word, typed) = (invocation.arguments.operands[0], invocation.arguments.operands[1])
        guard let email = EmailAddress(typed: typed) else {
            throw .usage("«\(typed)» is no address that mail can go to")
        }
        let context = try invocation.auditContext()
        let reference = try invocation.orderReference()
        let answer = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let order = try await oneOrder(reference, typed: word, connection)
            let changing = OrderChanging(invocation.audited(connection, by: context))
            let correction = try await mapError(
                { (fault: OrderChangeFault) in CommandFault(fault, order: order.name) },
                await changing.correctEmail(of: order.id, to: email))
            return CorrectionAnswer(order: order, email: email, correction: correction)
        }
        try invocation.showChange(answer.lines, answer.members, hasChanged: answer.correction.hasChanged)
    }
}

/// The output: an order with its corrected address.
private struct CorrectionAnswer {
    let order: OrderDetail
    let email: EmailAddress
    let correction: EmailCorrection

    var lines: [String] {
        guard correction.hasChanged else {
            return ["order \(order.name) has the address \(email.shown) already; nothing to do"]
        }
        let (mails, previous) = (correction.mails.count, correction.previous.map(shown) ?? "no address")
        let sent = mails == 0 ? "it has no mail to send" : "\(mails == 1 ? "1 mail goes" : "\(mails) mails go") there"
        let told = correction.notice != nil ? "; the address before is told that it is no more" : ""
        return ["order \(order.name): \(previous) → \(email.shown); \(sent)\(told)"]
    }

    var members: [(String, JSONValue)] {
        [
            ("order", .string(order.id.description)), ("number", order.number.member), ("email", .string(email.text)),
            ("previous_email", correction.previous.map(JSONValue.string) ?? .null),
            ("mails", .integer(Int64(correction.mails.count))),
            ("previous_is_told", .bool(correction.notice != nil)),
        ]
    }
}
