/// The statuses of a license; the raw values are those of the database.
package enum LicenseStatus: String, CaseIterable, Sendable {
    case active
    case suspended
    case revoked
}
