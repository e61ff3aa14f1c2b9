package import Kernel
package import Postgres

extension Row {
    /// Reads a line's unit price, discount, tax, total and refunded amount, which follow one another from `column`, with
    /// the order's currency in its own column.
    package func lineAmounts(_ column: Int, currency: Int) throws(PostgresFault) -> LineAmounts {
        LineAmounts(
            unit: try integer(column), discount: try integer(column + 1), tax: try integer(column + 2),
            total: try integer(column + 3), refunded: try integer(column + 4), currency: try self.currency(currency))
    }

    /// Reads an amount and what the buyer was charged for it, with their currencies in columns of their own.
    package func buyerAmount(
        _ column: Int, in currency: Int, presentment: Int, in other: Int
    ) throws(PostgresFault) -> BuyerAmount {
        BuyerAmount(
            Money(minorUnits: try integer(column), currency: try self.currency(currency)),
            presentment: try optionalMoney(presentment, in: other))
    }

    /// Reads an amount with its currency in a column of its own; `nil` if it is NULL.
    package func optionalMoney(_ column: Int, in currency: Int) throws(PostgresFault) -> Money? {
        guard !isNull(column) else { return nil }
        return Money(minorUnits: try integer(column), currency: try self.currency(currency))
    }

    /// Reads the positions and, in the next column, the amounts of the lines that a refund names; `nil` if it names none.
    package func refundLines(_ column: Int) throws(PostgresFault) -> RefundLines? {
        guard !isNull(column) else { return nil }
        let (positions, amounts) = (try integers(column), try integers(column + 1))
        return RefundLines(zip(positions, amounts).map { RefundLines.Share(line: Int($0), amount: $1) })
    }
}
