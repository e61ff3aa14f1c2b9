package import Kernel
import Templates

/// An order as its buyer knows it.
package struct OrderSummary: Equatable, Sendable {
    /// What the buyer quotes when they write to support.
    package let reference: String
    /// When it was placed.
    package let date: Instant
    /// What was paid, taxes included; `nil` when the mail should not speak of money.
    package let amount: Money?

    /// A summary.
    package init(reference: String, date: Instant, amount: Money?) {
        self.reference = reference
        self.date = date
        self.amount = amount
    }

    static let fields = TemplateFields<OrderSummary>([
        .text("orderReference") { $0.reference },
        .text("orderDate") { CivilTime($0.date).longDate },
        .optional("amount") { $0.amount?.formatted },
    ])
}
