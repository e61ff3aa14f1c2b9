import Crypto
package import Kernel

/// One counter that a request is added to: a policy and its subject.
package struct RateLimit: Equatable, Sendable {
    /// The policy.
    package let policy: RateLimitPolicy
    /// The key of the stored counter: the SHA-256 of the policy's name and the subject, so that the table contains no
    /// address and no token.
    package let key: [UInt8]

    /// Creates the counter of `subject` under `policy`.
    package init(_ policy: RateLimitPolicy, of subject: some Sequence<UInt8>) {
        self.policy = policy
        // A name contains no zero byte, so no two pairs of name and subject have the same encoding.
        key = SHA256.hash(Array(policy.name.utf8) + [0] + subject)
    }
}
