import Audit
import EventLoop
import Kernel
import Log
import Orders
import Postgres
import Refunds
import Settings
import Stripe
import StripeClient
import Support
import Testing

/// An operator who refunds the only order of the current test's database.
struct Refunder: Sendable {
    private let environment: [String: String]
    private let log: Log

    /// - Parameter settings: those that point to Stripe's stand-in.
    init(_ settings: [String: String], log: Log = silentLog) {
        environment = TestSettings.environment.merging(settings) { $1 }
        self.log = log
    }

    /// Refunds `amount` minor units, or all that is left; returns `nil` if everything has been refunded already.
    @discardableResult
    func refund(_ amount: Int64? = nil, again: Bool = false, at now: Instant = testNow) async throws -> Refund? {
        var read = SettingsReader(environment)
        let stripe = StripeSettings(&read)
        try read.finish()
        let order = try #require(OrderID(DemoOrder.id))
        return try await withConnection { [log] connection in
            let refunding = Refunding(
                connection, StripeClient(stripe),
                by: AuditContext(.operator("eve"), from: "desk", because: "r", at: now),
                log: log)
            let found = try await connection.run(OrderDetailStatements.find(.order(order)))
            let detail = try #require(found.first)
            let plan = try RefundPlan(
                try await refunding.view(detail),
                amount.map { .amount(Money(minorUnits: $0, currency: detail.total.currency)) } ?? .all, again: again,
                isTestKey: stripe.isTest)
            guard let plan else { return nil }
            return try await refunding.carryOut(plan)
        }
    }

    /// Does the same and returns why it failed; `nil` if it did not.
    func fault(_ amount: Int64? = nil, again: Bool = false, at now: Instant = testNow) async throws -> RefundFault? {
        do {
            try await refund(amount, again: again, at: now)
            return nil
        } catch let fault as RefundFault { return fault }
    }
}

extension RefundFault {
    /// Whether it is unknown if money was returned.
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
}

/// An amount in US cents.
func usd(_ cents: Int64) throws -> Money { Money(minorUnits: cents, currency: try #require(Currency("usd"))) }
