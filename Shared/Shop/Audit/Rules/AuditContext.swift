package import Kernel

/// Who changes something by hand, from where, why and when: what the audit log keeps of it besides the change.
package struct AuditContext: Equatable, Sendable {
    /// Who.
    package let actor: AuditActor
    /// From where: a host's name, or a client's network.
    package let origin: String
    /// Why, in their own words; buyers give no reason.
    package let reason: String?
    /// When.
    package let at: Instant

    /// Takes the parts as they are.
    package init(_ actor: AuditActor, from origin: String, because reason: String? = nil, at: Instant) {
        self.actor = actor
        self.origin = origin
        self.reason = reason
        self.at = at
    }
}
