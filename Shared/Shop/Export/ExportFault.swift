package import Crypto
package import Files
package import Kernel
package import Licensing
package import Postgres

/// Why an export could not be written; its partial files were removed.
package enum ExportFault: Error, Equatable, Sendable {
    /// The folder could not be created: it exists, or its parent does not.
    case notMade(folder: String, FileFault)
    /// A file of the folder could not be written.
    case notWritten(path: String, FileFault)
    /// A license key cannot be derived.
    case underivable(LicenseID, KeyFault)
    /// The key derived for a license does not match the hash in the database.
    case otherKey(LicenseID)
    /// The manifest could not be signed.
    case unsigned(CryptoFault)
    case database(PostgresFault)
}

/// Why an export could not be checked at all.
package enum ExportCheckFault: Error, Equatable, Sendable {
    /// The manifest or its signature could not be read.
    case unreadable(path: String, FileFault)
    /// The manifest is not valid.
    case manifest(ExportManifest.Fault)
}
