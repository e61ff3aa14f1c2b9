package import Kernel
package import Orders
import Templates

/// An order as shown to its buyer.
package struct OrderSummary: Equatable, Sendable {
    /// A line of the order.
    package struct Line: Equatable, Sendable {
        /// The product's name, or what Stripe calls it.
        package let name: String
        /// The quantity.
        package let quantity: Int
        /// What it cost.
        package let amounts: LineAmounts

        /// Creates a line.
        package init(name: String, quantity: Int, amounts: LineAmounts) {
            self.name = name
            self.quantity = quantity
            self.amounts = amounts
        }
    }

    /// The order number that the buyer quotes to support; `nil` before it is paid.
    package let number: OrderNumber?
    /// When it was placed.
    package let date: Instant
    /// The amount paid, including tax; `nil` if the mail must not mention it.
    package let amount: BuyerAmount?
    /// The lines.
    package let lines: [Line]

    /// The names of what was bought, each once.
    package var productNames: String { lines.map(\.name).eachOnce.joined(separator: ", ") }

    /// The lines that went back in full, so that their keys and links no longer work.
    var closedLines: [Line] { lines.filter(\.amounts.isRefunded) }

    /// Creates a summary.
    package init(number: OrderNumber?, date: Instant, amount: BuyerAmount?, lines: [Line]) {
        self.number = number
        self.date = date
        self.amount = amount
        self.lines = lines
    }

    static let fields = TemplateFields<OrderSummary>([
        .optional("orderNumber") { $0.number?.description },
        // The former name, which the seller's own templates may use outside of a section.
        .text("orderReference") { $0.number?.description ?? "–" },
        .text("orderDate") { CivilTime($0.date).longDate },
        .optional("amount") { $0.amount?.formatted },
        .list("lines", Line.fields) { $0.lines },
    ])
}

extension OrderSummary.Line {
    static let fields = TemplateFields<OrderSummary.Line>([
        .text("lineName") { $0.name },
        .text("quantity") { "\($0.quantity)" },
        .text("unitPrice") { $0.amounts.money(\.unit).formatted },
        .optional("discount") { $0.amounts.discount > 0 ? $0.amounts.money(\.discount).formatted : nil },
        .optional("tax") { $0.amounts.tax > 0 ? $0.amounts.money(\.tax).formatted : nil },
        .text("lineTotal") { $0.amounts.money(\.total).formatted },
        .optional("lineRefunded") { $0.amounts.refunded > 0 ? $0.amounts.money(\.refunded).formatted : nil },
    ])
}
