package import Kernel

/// A machine that a license was used on.
package struct LicenseActivation: Equatable, Sendable {
    /// What the buyer calls the machine.
    package let machine: String
    /// Since when.
    package let createdAt: Instant
    /// Until when; `nil` while it is active.
    package let deactivatedAt: Instant?
}
