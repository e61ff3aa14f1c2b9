package import Kernel
import Templates

/// An order as shown to its buyer.
package struct OrderSummary: Equatable, Sendable {
    /// The order number that the buyer quotes to support.
    package let reference: String
    /// When it was placed.
    package let date: Instant
    /// The amount paid, including tax; `nil` if the mail must not mention it.
    package let amount: Money?

    /// Creates a summary.
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
