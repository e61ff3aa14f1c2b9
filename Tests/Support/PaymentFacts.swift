import Kernel
package import Orders
import Stripe

/// All that is known of a payment after its sale.
///
/// Of each refund and dispute the latest status counts, and of two of the same second the more final one; of the
/// charge's totals the latest, and of two of the same second the larger one. Each of these is a maximum, so facts are
/// the same in whichever order the updates arrive.
package struct PaymentFacts: Equatable, Sendable {
    private struct Refund: Equatable {
        var amount: Int64
        var status: RefundStatus
        var at: Instant
        var lines: RefundLines?
        var madeAt: Instant?
    }

    private struct Dispute: Equatable {
        var status: DisputeStatus
        var at: Instant
    }

    private struct Total: Equatable {
        var amount: Int64
        var at: Instant
        var times = 1
    }

    private var total: Total?
    private var refunds: [String: Refund] = [:]
    private var disputes: [String: Dispute] = [:]

    /// Nothing is known.
    package init() {}

    /// Takes in what Stripe said.
    package mutating func learn(_ update: PaymentUpdate) {
        switch update {
        case .refundTotal(let amount, let at):
            if let known = total, (known.at, known.amount) > (at, amount) { return }
            if total?.at == at, total?.amount == amount {
                total?.times += 1
            } else {
                total = Total(amount: amount, at: at)
            }
        case .refund(let id, let amount, let status, let at, let lines, let madeAt, _):
            if let known = refunds[id], (known.at, known.status.finality) >= (at, status.finality) { return }
            refunds[id] = Refund(
                amount: amount, status: status, at: at, lines: lines, madeAt: refunds[id]?.madeAt ?? madeAt)
        case .dispute(let id, let status, let at):
            if let known = disputes[id], (known.at, known.status.finality) >= (at, status.finality) { return }
            disputes[id] = Dispute(status: status, at: at)
        }
    }

    /// Minor units that went back or are on their way.
    ///
    /// The charge's total includes a refund that failed later, and misses one whose own event came first, so the larger
    /// of both readings is the truth.
    package var amountRefunded: Int64 {
        let others = refunds.values.filter { $0.status != .failed }.reduce(0) { $0 + $1.amount }
        guard let total else { return others }
        let failed = refunds.filter { $0.value.status == .failed }
        // Of those that failed in the second of the total, each further statement of it had one behind it.
        let atOnce = failed.filter { $0.value.at == total.at }
            .sorted { ($0.value.madeAt ?? $0.value.at, $0.key) < ($1.value.madeAt ?? $1.value.at, $1.key) }
            .dropFirst(total.times - 1)
        let failedSince = failed.values.filter { $0.at > total.at } + atOnce.map(\.value)
        return max(failedSince.reduce(total.amount) { $0 - $1.amount }, others, 0)
    }

    /// How much went back of each line of an order, by the rules of README: what names its lines, then each refund that
    /// names none where it fits in exactly one way.
    package func refunded(ofLines totals: [Int64]) -> [Int64] {
        if amountRefunded >= totals.reduce(0, +) { return amountRefunded > 0 ? totals : totals.map { _ in 0 } }
        let counted = refunds.filter { $0.value.status != .failed }
        var back = totals.indices.map { index in
            let named = counted.values.compactMap { $0.lines?.shares.first { $0.line == index + 1 }?.amount }
            return min(named.reduce(0, +), totals[index])
        }
        let unnamed = counted.filter { $0.value.lines == nil }
            .sorted { ($0.value.madeAt ?? $0.value.at, $0.key) < ($1.value.madeAt ?? $1.value.at, $1.key) }
            .map(\.value.amount)
        let rest = amountRefunded - counted.values.reduce(0) { $0 + $1.amount }
        for amount in unnamed + (rest > 0 ? [rest] : []) {
            let left = totals.indices.filter { back[$0] < totals[$0] }
            if left.count == 1 {
                back[left[0]] = min(totals[left[0]], back[left[0]] + amount)
                continue
            }
            let fitting = PaymentFacts.sets(of: left).filter { set in
                set.reduce(0) { $0 + totals[$1] - back[$1] } == amount && !set.isEmpty
            }
            if fitting.count == 1 { for index in fitting[0] { back[index] = totals[index] } }
        }
        return back
    }

    /// All sets of some elements of `elements`.
    private static func sets(of elements: [Int]) -> [[Int]] {
        guard let first = elements.first else { return [[]] }
        let rest = sets(of: Array(elements.dropFirst()))
        return rest + rest.map { [first] + $0 }
    }

    /// What counts of the disputes: one that was lost, else one that is open.
    private var dispute: DisputeStatus? {
        let known = disputes.values.map(\.status)
        return known.contains(.lost) ? .lost : known.contains(.open) ? .open : nil
    }

    /// Where a paid order of `total` minor units stands.
    package func status(ofTotal total: Int64) -> OrderStatus {
        if dispute == .lost { return .lost }
        let refunded = amountRefunded
        if refunded > 0 && refunded >= total { return .refunded }
        if dispute == .open { return .disputed }
        return refunded > 0 ? .partiallyRefunded : .paid
    }
}

extension RefundStatus {
    /// Of two words of the same moment the larger one is the later one.
    fileprivate var finality: Int {
        switch self {
        case .pending: 0
        case .succeeded: 1
        case .failed: 2
        }
    }
}

extension DisputeStatus {
    /// Of two words of the same moment the larger one is the later one.
    fileprivate var finality: Int {
        switch self {
        case .open: 0
        case .won: 1
        case .lost: 2
        }
    }
}
