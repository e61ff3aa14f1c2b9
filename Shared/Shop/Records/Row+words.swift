import Commerce
import Postgres

extension Row {
    /// An order's state in the database's word.
    func orderStatus(_ column: Int) throws(PostgresFault) -> OrderStatus {
        let word = try text(column)
        guard let status = OrderStatus(rawValue: word) else { throw .unexpectedAnswer("no order can be \(word)") }
        return status
    }

    /// A license's state in the database's word.
    func licenseStatus(_ column: Int) throws(PostgresFault) -> LicenseStatus {
        let word = try text(column)
        guard let status = LicenseStatus(rawValue: word) else { throw .unexpectedAnswer("no license can be \(word)") }
        return status
    }
}
