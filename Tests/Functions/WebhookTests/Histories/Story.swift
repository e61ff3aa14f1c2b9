import Kernel
import Licensing
import Orders
import Support

/// What happened at Stripe about one sale, in the order in which it happened, and in which order we heard of it.
struct Story: Sendable {
    var total: Int64
    var quantity: Int
    var currency: String
    /// The lines of an order that another program's session makes; none for one that our checkout opened.
    var lines: [StoryLine] = []
    /// Whether our checkout opened the order, or we learn of it from the session alone.
    var hasPendingOrder: Bool
    var events: [StoryEvent] = []
    /// Indices into `events`: waves one after the other, deliveries of a wave at once.
    var waves: [[Int]] = []
    /// What went back or is on its way, as Stripe's books have it at the end.
    var refunded: Int64 = 0

    /// A story that the generator makes up.
    init(_ random: inout SeededGenerator) {
        currency = random.chance(70) ? "usd" : "eur"
        quantity = random.chance(80) ? 1 : Int.random(in: 2...3, using: &random)
        total = random.chance(90) ? 4900 * Int64(quantity) : 0
        hasPendingOrder = random.chance(70)
        if random.chance(50) {
            lines = Story.lines(&random)
            (total, hasPendingOrder) = (lines.reduce(0) { $0 + $1.total }, false)
            quantity = lines.reduce(0) { $0 + ($1.isKnown ? $1.quantity : 0) }
        } else {
            // What our checkout opens is in the currency of the catalog.
            currency = "usd"
        }
        var clock: Int64 = 1_795_201_140
        tell(&clock, &random)
        deliver(&random)
    }

    /// One to five lines, often of the same amounts, so that a refund may fit several sets of them.
    private static func lines(_ random: inout SeededGenerator) -> [StoryLine] {
        let count = Int.random(in: 1...5, using: &random)
        return (0..<count).map { index in
            // One at least is known, or else nothing is sold.
            let price =
                index == 0 || random.chance(60) ? "price_1" : random.chance(70) ? "price_new" : "price_elsewhere"
            let total: Int64 = [0, 1000, 1000, 2000, 3000, 4900].randomElement(using: &random) ?? 0
            return StoryLine(
                price: price, quantity: random.chance(75) ? 1 : 2, total: index == 0 ? max(total, 1000) : total)
        }
    }

    /// Some of what can happen to a sale.
    private mutating func tell(_ clock: inout Int64, _ random: inout SeededGenerator) {
        if total > 0 && random.chance(20) { events.append(.declined(at: clock)) }
        guard tellSale(&clock, &random), total > 0 else { return }
        if random.chance(30) { events.append(.unused(at: clock)) }
        if random.chance(10) { events.append(.earlyFraudWarning(at: clock)) }
        var plots: [(inout Story, inout Int64, inout SeededGenerator) -> Void] = []
        if random.chance(60) { plots.append { $0.tellRefunds(&$1, &$2) } }
        if random.chance(50) { plots.append { $0.tellDispute(1, &$1, &$2) } }
        if random.chance(10) { plots.append { $0.tellDispute(2, &$1, &$2) } }
        for plot in plots.shuffled(using: &random) { plot(&self, &clock, &random) }
    }

    /// How the session went; answers whether money came.
    private mutating func tellSale(_ clock: inout Int64, _ random: inout SeededGenerator) -> Bool {
        if total == 0 {
            events.append(.session("completed", "no_payment_required", .paid, at: clock))
            return true
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<65:
            events.append(.session("completed", "paid", .paid, at: clock))
            return true
        case 65..<85:
            events.append(.session("completed", "unpaid", .unpaid, at: clock))
            clock += Int64.random(in: 0...2, using: &random)
            events.append(.session("async_payment_succeeded", "paid", .paymentSucceeded, at: clock))
            return true
        case 85..<95:
            events.append(.session("completed", "unpaid", .unpaid, at: clock))
            clock += Int64.random(in: 0...2, using: &random)
            events.append(.session("async_payment_failed", "unpaid", .paymentFailed, at: clock))
            return false
        default:
            events.append(.session("expired", "unpaid", .expired, at: clock))
            return false
        }
    }

    /// Refunds in parts or in full; some take their time, and some fail in the end.
    ///
    /// Some endpoints are not subscribed to `refund.created`: they learn of refunds by the charge's totals alone, and of
    /// failures.
    private mutating func tellRefunds(_ clock: inout Int64, _ random: inout SeededGenerator) {
        var left = total
        defer { refunded = total - left }
        let isByTotals = random.chance(30)
        var named = lines.map { _ in Int64(0) }
        for number in 1...Int.random(in: 1...4, using: &random) where left > 0 {
            let names = isByTotals ? nil : refundLines(named, left, &random)
            let amount = names?.total ?? unnamedAmount(left, &random)
            names?.shares.forEach { named[$0.line - 1] += $0.amount }
            left -= amount
            // Totals alone do not tell what happened first within a second.
            clock += Int64.random(in: isByTotals ? 1...2 : 0...2, using: &random)
            let (isSlow, madeAt) = (random.chance(40), clock)
            if !isByTotals {
                events.append(
                    .refund(
                        number, "refund.created", amount, isSlow ? "pending" : "succeeded",
                        isSlow ? .pending : .succeeded, at: clock, lines: names, madeAt: madeAt))
            }
            if isByTotals || random.chance(70) {
                events.append(.chargeRefunded(total - left, of: total, at: clock))
            }
            guard isSlow else { continue }
            clock += Int64.random(in: isByTotals ? 1...2 : 0...2, using: &random)
            if random.chance(40) {
                let isCanceled = random.chance(30)
                events.append(
                    .refund(
                        number, isCanceled ? "refund.updated" : "refund.failed", amount,
                        isCanceled ? "canceled" : "failed", .failed, at: clock, lines: names, madeAt: madeAt))
                left += amount
                names?.shares.forEach { named[$0.line - 1] -= $0.amount }
            } else if !isByTotals {
                events.append(
                    .refund(
                        number, "charge.refund.updated", amount, "succeeded", .succeeded, at: clock, lines: names,
                        madeAt: madeAt))
            }
        }
    }

    /// The line that a refund names, all or a part of what is left of it; `nil` for a refund that names none.
    private func refundLines(
        _ named: [Int64], _ left: Int64, _ random: inout SeededGenerator
    ) -> RefundLines? {
        guard random.chance(50),
            let index = lines.indices.filter({ lines[$0].total > named[$0] }).randomElement(using: &random)
        else { return nil }
        let most = min(left, lines[index].total - named[index])
        let amount = random.chance(60) ? most : Int64.random(in: 1...most, using: &random)
        return RefundLines([RefundLines.Share(line: index + 1, amount: amount)])
    }

    /// All that is left, what some of the lines cost, or any amount.
    private func unnamedAmount(_ left: Int64, _ random: inout SeededGenerator) -> Int64 {
        let some = lines.filter { _ in random.chance(40) }.reduce(0) { $0 + $1.total }
        if (1...left).contains(some), random.chance(70) { return some }
        return random.chance(50) ? left : Int64.random(in: 1...left, using: &random)
    }

    /// A dispute or an inquiry, which may still be open at the end.
    private mutating func tellDispute(_ number: Int, _ clock: inout Int64, _ random: inout SeededGenerator) {
        let isInquiry = random.chance(20)
        clock += Int64.random(in: 0...2, using: &random)
        events.append(
            .dispute(number, "created", isInquiry ? "warning_needs_response" : "needs_response", .open, at: clock))
        if random.chance(40) {
            clock += Int64.random(in: 0...2, using: &random)
            events.append(
                .dispute(number, "updated", isInquiry ? "warning_under_review" : "under_review", .open, at: clock))
        }
        guard random.chance(75) else { return }
        clock += Int64.random(in: 0...2, using: &random)
        let isWon = isInquiry || random.chance(50)
        events.append(
            .dispute(
                number, "closed", isInquiry ? "warning_closed" : isWon ? "won" : "lost", isWon ? .won : .lost,
                at: clock))
    }

    /// Every event at least once, some again, in any order, some at once.
    private mutating func deliver(_ random: inout SeededGenerator) {
        var deliveries = Array(events.indices)
        for index in events.indices where random.chance(35) { deliveries.append(index) }
        deliveries.shuffle(using: &random)
        while !deliveries.isEmpty {
            let size = random.chance(50) ? 1 : Int.random(in: 2...6, using: &random)
            waves.append(Array(deliveries.prefix(size)))
            deliveries.removeFirst(min(size, deliveries.count))
        }
    }
}

extension Story {
    /// Whether every event is delivered, so that our books must agree with Stripe's.
    var isWhole: Bool { Set(waves.joined()).count == events.count }
}

extension Story: CustomStringConvertible {
    var description: String {
        let told = events.enumerated().map { "  \($0) \($1.type) \($1.meaning)" }.joined(separator: "\n")
        let order = hasPendingOrder ? "pending" : "unknown"
        let bought = lines.map { "\($0.price) \($0.quantity) × = \($0.total)" }.joined(separator: ", ")
        return
            "total \(total) \(currency), \(quantity) units, \(order) order, lines [\(bought)]\n\(told)\nwaves \(waves)"
    }
}

/// Where an order ends, as far as the state machine decides it.
struct Ending: Equatable, Sendable {
    /// `nil` when nobody ever told us of an order.
    var status: OrderStatus?
    var amountRefunded: Int64
    var licenses: Int
    /// What went back of each line, and the status of its licenses with their number: `4900 revoked 1`.
    var lines: [String]

    /// What the state machine says of `story`, from what was delivered of it, in the order in which it happened.
    init(_ story: Story) {
        let delivered = Set(story.waves.joined())
        var sale = OrderStatus.pending
        var isTold = story.hasPendingOrder
        var facts = PaymentFacts()
        for (index, event) in story.events.enumerated() where delivered.contains(index) {
            switch event.meaning {
            // An expired session of another program is no order.
            case .sale(.expired) where !story.lines.isEmpty: break
            case .sale(let update): (sale, isTold) = (sale.after(update), true)
            case .payment(let update): facts.learn(update)
            case .nothing: break
            }
        }
        let isPaid = sale == .paid
        status = isTold ? (isPaid ? facts.status(ofTotal: story.total) : sale) : nil
        amountRefunded = isPaid ? facts.amountRefunded : 0
        licenses = isPaid ? story.quantity : 0
        guard let status, isPaid else {
            lines = []
            return
        }
        let bought =
            story.lines.isEmpty
            ? [StoryLine(price: "price_1", quantity: story.quantity, total: story.total)] : story.lines
        let back = facts.refunded(ofLines: bought.map(\.total))
        lines = zip(bought, back).map { line, back in
            let isClosed = status.access == .revoked || (back > 0 && back >= line.total)
            let access = isClosed ? "revoked" : status == .disputed ? "suspended" : "active"
            return line.isKnown ? "\(back) \(access) \(line.quantity)" : "\(back)"
        }
    }

    /// What the database says.
    init(status: OrderStatus?, amountRefunded: Int64, licenses: Int, lines: [String]) {
        self.status = status
        self.amountRefunded = amountRefunded
        self.licenses = licenses
        self.lines = lines
    }
}
