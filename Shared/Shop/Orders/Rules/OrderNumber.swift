package import Kernel

/// An order's number, by which people speak of it: short, per shop, given in order of payment.
///
/// It opens nothing: whoever knows it can do no more than name the order. The first of a shop is 10001, so that none looks
/// like the last four symbols of a license key.
package struct OrderNumber: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    package let value: Int64

    /// Creates a number.
    package init(_ value: Int64) { self.value = value }

    /// Parses what a person typed: five digits or more, perhaps behind a `#`; `nil` for anything else.
    package init?(typed text: String) {
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        guard digits.utf8.count >= 5, digits.utf8.allSatisfy(\.isASCIIDigit), digits.first != "0",
            let value = Int64(digits)
        else { return nil }
        self.value = value
    }

    package var description: String { String(value) }
}

extension OrderNumber? {
    /// What people call the order: its number, or before it is paid its ID.
    package func name(orElse id: OrderID) -> String { self?.description ?? id.description }
}
