import Catalog
import Kernel
import Orders
import Stripe

/// What a session sells, line by line, and how that differs from what was to be expected.
///
/// The lines add up to what the session says was paid, whatever its items say: Stripe's total is what counts.
struct SessionLines: Equatable, Sendable {
    /// What was paid.
    let total: Money
    /// The lines, in Stripe's order.
    private(set) var lines: [SaleLine]
    /// What a person must look at.
    private(set) var differences: [SaleDifference] = []

    /// The number of units of the catalog's products.
    var units: Int { lines.reduce(0) { $0 + ($1.product == nil ? 0 : $1.quantity) } }

    /// Creates the one line of a session of ours, whose amounts are the session's.
    init(_ product: Product, quantity: Int, _ session: CheckoutSession, total: Money) {
        self.total = total
        lines = [SaleLine(session, total.minorUnits, product: product.id, quantity: quantity)]
    }

    /// Creates the lines of a session from its items.
    ///
    /// - Throws: if an item has a quantity or an amount that cannot be sold.
    init(_ items: [LineItem], _ session: CheckoutSession, total: Money, _ catalog: Catalog) throws(FulfilmentFault) {
        self.total = total
        lines = []
        for (index, item) in items.enumerated() {
            let product = catalog.product(item)
            let quantity = try SessionLines.quantity(of: item)
            var line =
                items.count == 1 && item.amountTotal == nil
                ? SaleLine(session, total.minorUnits, product: product?.id, quantity: quantity)
                : try SaleLine(item, product, quantity: quantity)
            line.position = index + 1
            line.price = item.price?.text
            if product == nil {
                line.description = String(SafeText.singleLine(item.description ?? "unknown item").prefix(250))
                differences.append(.unknownItem(amount: line.total))
            }
            lines.append(line)
        }
        balance()
    }

    /// Adds what a person must look at.
    mutating func note(_ difference: SaleDifference) { differences.append(difference) }

    /// The maximum quantity of one item; more needs a person's attention.
    static let unitLimit = 10_000

    private static func quantity(of item: LineItem) throws(FulfilmentFault) -> Int {
        let quantity = item.quantity ?? 1
        guard (1...Int64(unitLimit)).contains(quantity) else { throw .misconfigured("an item with \(quantity) units") }
        return Int(quantity)
    }

    /// Makes the lines add up to `total`: what no item explains becomes a line without a product, and what the items
    /// claim too much is taken from the last ones.
    private mutating func balance() {
        let sum = lines.reduce(0) { $0 + $1.total }
        guard sum != total.minorUnits else { return }
        differences.append(.itemsDoNotAddUp(items: Money(minorUnits: sum, currency: total.currency), paid: total))
        if sum < total.minorUnits {
            lines.append(
                SaleLine(
                    position: lines.count + 1, product: nil, description: "not itemized",
                    unitAmount: total.minorUnits - sum))
            return
        }
        var excess = sum - total.minorUnits
        for index in lines.indices.reversed() where excess > 0 {
            let taken = min(excess, lines[index].total)
            lines[index].total -= taken
            lines[index].discount += taken
            excess -= taken
        }
    }
}

/// How a paid session differs from what was ordered or from what the catalog knows.
enum SaleDifference: Equatable, Sendable {
    /// The catalog does not know an item, which cost this much.
    case unknownItem(amount: Int64)
    /// The items do not add up to what was paid.
    case itemsDoNotAddUp(items: Money, paid: Money)
    /// The price before discounts and taxes is not that of the order.
    case otherPrice(ordered: Money, paid: Money)
}

extension CheckoutSession {
    /// The price of everything before discounts, from the total if Stripe does not say.
    var subtotal: Int64? {
        amountSubtotal ?? amountTotal.map { $0 + (amountDiscount ?? 0) - (amountTax ?? 0) }
    }
}

extension SaleLine {
    /// Creates the only line of a session.
    fileprivate init(_ session: CheckoutSession, _ total: Int64, product: ProductID?, quantity: Int) {
        let subtotal = session.subtotal ?? total
        self.init(
            product: product, quantity: quantity, unitAmount: max(subtotal, 0) / Int64(quantity),
            discount: session.amountDiscount ?? 0, tax: session.amountTax ?? 0, total: total)
    }

    /// Creates the line of an item, with the catalog's price where Stripe does not say what it cost.
    ///
    /// - Throws: if it costs more than an amount can be.
    fileprivate init(_ item: LineItem, _ product: Product?, quantity: Int) throws(FulfilmentFault) {
        let unit =
            item.unitAmount ?? item.amountSubtotal.map { $0 / Int64(quantity) } ?? product?.price?.minorUnits ?? 0
        let discount = item.amountDiscount ?? 0
        let (price, isTooLarge) = unit.multipliedReportingOverflow(by: Int64(quantity))
        guard !isTooLarge else { throw .misconfigured("\(quantity) units at \(unit)") }
        self.init(
            product: product?.id, quantity: quantity, unitAmount: unit, discount: discount, tax: item.amountTax ?? 0,
            total: item.amountTotal ?? max((item.amountSubtotal ?? price) - discount, 0))
    }
}
