package import Postgres

extension Row {
    /// Reads the status of an order.
    package func orderStatus(_ column: Int) throws(PostgresFault) -> OrderStatus {
        try word(column, "state of an order") { OrderStatus(rawValue: $0) }
    }
}
