import Kernel
import Orders
import Support

/// What happened at Stripe about one sale, in the order in which it happened, and in which order we heard of it.
struct Story: Sendable {
    var total: Int64
    var quantity: Int
    /// Whether our checkout opened the order, or we learn of it from the session alone.
    var hasPendingOrder: Bool
    var events: [StoryEvent] = []
    /// Indices into `events`: waves one after the other, deliveries of a wave at once.
    var waves: [[Int]] = []
    /// What went back or is on its way, as Stripe's books have it at the end.
    var refunded: Int64 = 0

    /// A story that the generator makes up.
    init(_ random: inout SeededGenerator) {
        quantity = random.chance(80) ? 1 : Int.random(in: 2...3, using: &random)
        total = random.chance(90) ? 4900 * Int64(quantity) : 0
        hasPendingOrder = random.chance(70)
        var clock: Int64 = 1_795_201_140
        tell(&clock, &random)
        deliver(&random)
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
        for number in 1...Int.random(in: 1...4, using: &random) where left > 0 {
            let amount = random.chance(50) ? left : Int64.random(in: 1...left, using: &random)
            left -= amount
            // Totals alone do not tell what happened first within a second.
            clock += Int64.random(in: isByTotals ? 1...2 : 0...2, using: &random)
            let isSlow = random.chance(40)
            if !isByTotals {
                events.append(
                    .refund(
                        number, "refund.created", amount, isSlow ? "pending" : "succeeded",
                        isSlow ? .pending : .succeeded, at: clock))
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
                        isCanceled ? "canceled" : "failed", .failed, at: clock))
                left += amount
            } else if !isByTotals {
                events.append(.refund(number, "charge.refund.updated", amount, "succeeded", .succeeded, at: clock))
            }
        }
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
        return "total \(total), \(quantity) units, \(order) order\n\(told)\nwaves \(waves)"
    }
}

/// Where an order ends, as far as the state machine decides it.
struct Ending: Equatable, Sendable {
    /// `nil` when nobody ever told us of an order.
    var status: OrderStatus?
    var amountRefunded: Int64
    /// How many licenses there are in the state that goes with `status`, and no other.
    var licenses: Int

    /// What the state machine says of `story`, from what was delivered of it, in the order in which it happened.
    init(_ story: Story) {
        let delivered = Set(story.waves.joined())
        var sale = OrderStatus.pending
        var isTold = story.hasPendingOrder
        var facts = PaymentFacts()
        for (index, event) in story.events.enumerated() where delivered.contains(index) {
            switch event.meaning {
            case .sale(let update): (sale, isTold) = (sale.after(update), true)
            case .payment(let update): facts.learn(update)
            case .nothing: break
            }
        }
        let isPaid = sale == .paid
        status = isTold ? (isPaid ? facts.status(ofTotal: story.total) : sale) : nil
        amountRefunded = isPaid ? facts.amountRefunded : 0
        licenses = isPaid ? story.quantity : 0
    }

    /// What the database says.
    init(status: OrderStatus?, amountRefunded: Int64, licenses: Int) {
        self.status = status
        self.amountRefunded = amountRefunded
        self.licenses = licenses
    }
}
