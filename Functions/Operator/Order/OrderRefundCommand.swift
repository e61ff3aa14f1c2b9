import EventLoop
import Kernel
import Orders
import Postgres
import Refunds
import StripeClient

extension Command {
    /// Refunds an order.
    static let orderRefund = Command(
        name: "order refund",
        summary: "refund an order through Stripe, in full or in part",
        details: """
            Requests the refund from Stripe and records the outcome at once: a refund in full ends the buyer's access,
            one of a whole line that to the line's licenses, and the buyer gets a mail. Repeating the command is safe: a refund whose outcome is unknown is looked up
            and completed first, never made twice. Asks for confirmation unless --yes is given.
            """,
        operands: [.order],
        options: [
            Option(
                name: "--amount", value: "AMOUNT",
                help: "the amount in the order's currency, such as 12.50; all that is left when absent"),
            Option(
                name: "--line", value: "N[=AMOUNT]", isRepeatable: true,
                help: "what is left of line N, or an amount of it; may be given for several lines"),
            .reason,
            Option(name: "--again", help: "refund although the same amount was refunded before"),
            Option(name: "--yes", help: "do not ask for confirmation"), .dryRun, .json,
        ],
        settings: [
            .databaseURL, .keyPepper, .operatorName,
            Setting(name: "STRIPE_API_KEY", help: "needed; it may make and read refunds"),
            Setting(name: "STRIPE_API_BASE", help: "https://api.stripe.com when absent"),
        ],
        examples: [
            #"latchkey order refund cs_test_a1YS1URl --reason "did not suit""#,
            #"latchkey order refund cs_test_a1YS1URl --amount 12.50 --reason "sale price missed" --dry-run"#,
            #"latchkey order refund cs_test_a1YS1URl --line 2 --reason "bought the bundle instead""#,
        ],
        failure: "nothing was refunded, or the outcome is unknown: then run the same command again"
    ) { invocation throws(CommandFault) in
        let word = invocation.arguments.operands[0]
        let context = try invocation.auditContext()
        let reference = try invocation.orderReference()
        let settings: StripeSettings = try invocation.setting { StripeSettings(&$0) }
        let result: RefundResult = try await withDatabase(invocation.environment) { connection throws(CommandFault) in
            let refunding = Refunding(connection, StripeClient(settings), by: context, log: invocation.log)
            let order = try await oneOrder(reference, typed: word, connection)
            let wish = try invocation.wish(in: order.total.currency)
            let fault = { (fault: RefundFault) in CommandFault(fault, order: order.name) }
            let plan = try await mapError(
                fault,
                try RefundPlan(
                    await refunding.view(order), wish, again: invocation.arguments.has("--again"),
                    isTestKey: settings.isTest))
            guard let plan, !invocation.isDryRun else { return RefundResult(order, planned: plan) }
            try await invocation.confirm(plan)
            let refund = try await mapError(fault, await refunding.carryOut(plan))
            return RefundResult(try await oneOrder(.order(order.id), typed: order.id.description, connection), refund)
        }
        try invocation.showChange(result.lines, result.members, hasChanged: result.hasChanged)
    }
}

extension Invocation {
    /// Parses `--amount` and `--line`.
    fileprivate func wish(in currency: Currency) throws(CommandFault) -> RefundWish {
        let words = arguments.all("--line")
        guard words.isEmpty || !arguments.has("--amount") else {
            throw .usage("--amount and --line exclude each other: give the amount with the line, --line 1=12.50")
        }
        var lines: [RefundWish.Line] = []
        for word in words {
            let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let line = Int(sides[0]), line > 0 else {
                throw .usage("--line is a line's number, such as 2 or 2=12.50, not «\(word)»")
            }
            guard !lines.contains(where: { $0.line == line }) else { throw .usage("line \(line) is given twice") }
            let amount = sides.count == 2 ? try amount("--line", sides[1], in: currency) : nil
            lines.append(RefundWish.Line(line: line, amount: amount))
        }
        if !lines.isEmpty { return .lines(lines) }
        guard let text = arguments["--amount"] else { return .all }
        return .amount(try amount("--amount", text, in: currency))
    }

    private func amount(
        _ option: String, _ text: some StringProtocol, in currency: Currency
    ) throws(CommandFault) -> Money {
        guard let amount = Money(text, currency: currency), amount.minorUnits > 0 else {
            let example = Money(minorUnits: 1250, currency: currency).formatted.split(separator: " ")[0]
            let form = option == "--line" ? "the amount of a --line" : option
            throw .usage("\(form) is an amount in \(currency.code.uppercased()) such as \(example), not «\(text)»")
        }
        return amount
    }

    /// Prompts for confirmation of the refund, unless `--yes` is present.
    fileprivate func confirm(_ plan: RefundPlan) async throws(CommandFault) {
        if arguments.has("--yes") { return }
        let question = (plan.textLines + ["Refund \(plan.amount.formatted)?"]).joined(separator: "\n")
        let answer = try await Loop.onWorker { [console] () throws(CommandFault) in console.confirm(question) }
        guard let answer else { throw .usage("there is no terminal to ask at: add --yes, or --dry-run to see more") }
        guard answer else { throw .failed("not confirmed; nothing was done") }
    }
}
