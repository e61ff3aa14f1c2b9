package import Kernel

/// What an order line cost, and how much of it went back, in the minor unit of the order's currency.
package struct LineAmounts: Equatable, Sendable {
    /// The price of one unit, before discounts.
    package let unit: Int64
    /// The sum of discounts.
    package let discount: Int64
    /// The sum of taxes, included in the price or added to it.
    package let tax: Int64
    /// What was paid or is due.
    package let total: Int64
    /// What was refunded or is being refunded.
    package let refunded: Int64
    /// The order's currency.
    package let currency: Currency

    /// Creates amounts.
    package init(unit: Int64, discount: Int64, tax: Int64, total: Int64, refunded: Int64, currency: Currency) {
        self.unit = unit
        self.discount = discount
        self.tax = tax
        self.total = total
        self.refunded = refunded
        self.currency = currency
    }

    /// Whether all of it went back, so that its licenses are closed; what cost nothing closes with its order only.
    package var isRefunded: Bool { refunded > 0 && refunded >= total }

    /// Its discount, its tax and what went back of it, as far as there are any, each with its name.
    package var details: [(name: String, amount: Money)] {
        let parts: [(String, KeyPath<LineAmounts, Int64>)] = [
            ("discount", \.discount), ("tax", \.tax), ("refunded", \.refunded),
        ]
        return parts.filter { self[keyPath: $1] > 0 }.map { ($0, money($1)) }
    }

    /// Returns one of the amounts as money.
    package func money(_ amount: KeyPath<LineAmounts, Int64>) -> Money {
        Money(minorUnits: self[keyPath: amount], currency: currency)
    }
}
