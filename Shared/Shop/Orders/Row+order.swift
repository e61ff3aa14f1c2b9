package import Postgres

extension Row {
    /// Reads the status of an order.
    package func orderStatus(_ column: Int) throws(PostgresFault) -> OrderStatus {
        try word(column, "state of an order") { OrderStatus(rawValue: $0) }
    }

    /// Reads the number of an order; `nil` before it is paid.
    package func orderNumber(_ column: Int) throws(PostgresFault) -> OrderNumber? {
        try optionalInteger(column).map { OrderNumber($0) }
    }
}
