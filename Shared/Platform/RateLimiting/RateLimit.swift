import Crypto
package import Kernel

/// One count that a request is added to: a policy, and for whom.
package struct RateLimit: Equatable, Sendable {
    /// What is allowed.
    package let policy: RateLimitPolicy
    /// What the count is stored under: the SHA-256 of the policy's name and of whom it is about, so that the table
    /// names neither an address nor a token.
    package let key: [UInt8]

    /// The count of `subject` under `policy`.
    package init(_ policy: RateLimitPolicy, of subject: some Sequence<UInt8>) {
        self.policy = policy
        // A name has no zero byte, so no name and subject together read as another's.
        key = SHA256.hash(Array(policy.name.utf8) + [0] + subject)
    }
}
