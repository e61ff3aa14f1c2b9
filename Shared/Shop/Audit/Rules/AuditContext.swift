package import Kernel

/// The author, origin, reason and time of a change made by hand, for the audit log.
package struct AuditContext: Equatable, Sendable {
    /// Who made it.
    package let actor: AuditActor
    /// From where: a host's name, or a client's network.
    package let origin: String
    /// Why, in their own words; buyers give no reason.
    package let reason: AuditReason?
    /// When.
    package let at: Instant

    /// Creates a context.
    package init(_ actor: AuditActor, from origin: String, because reason: AuditReason? = nil, at: Instant) {
        self.actor = actor
        self.origin = origin
        self.reason = reason
        self.at = at
    }
}
