package import Postgres

extension Row {
    /// Reads the status of a mail.
    package func emailStatus(_ column: Int) throws(PostgresFault) -> EmailStatus {
        try word(column, "state of a mail") { EmailStatus(rawValue: $0) }
    }
}
