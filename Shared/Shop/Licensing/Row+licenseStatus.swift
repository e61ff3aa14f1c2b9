package import Postgres

extension Row {
    /// Reads the status of a license.
    package func licenseStatus(_ column: Int) throws(PostgresFault) -> LicenseStatus {
        try word(column, "state of a license") { LicenseStatus(rawValue: $0) }
    }
}
