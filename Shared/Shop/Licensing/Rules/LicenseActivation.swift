package import Kernel

/// A machine that a license was used on.
package struct LicenseActivation: Equatable, Sendable {
    /// The buyer's name for the machine.
    package let machine: String
    /// When it was activated.
    package let createdAt: Instant
    /// When it was deactivated; `nil` while it is active.
    package let deactivatedAt: Instant?
}
