/// Why a request ends without the answer its caller asked for.
///
/// The text in a case is written by us and shown to the caller: it names a field or a rule, never a value
/// that arrived, a secret or another system's message.
package enum Refusal: Error, Equatable, Sendable {
    /// The request cannot be understood; `field` names the part at fault.
    case malformed(field: String, reason: String)
    /// A signature, token or credential does not hold.
    case unauthenticated(reason: String)
    /// The caller may not ask this, whoever they are.
    case forbidden(reason: String)
    /// There is nothing at this address, or nothing this caller may know of.
    case notFound
    /// What was here is over: expired, used up, revoked.
    case gone(reason: String)
    /// The method has no meaning here; `allow` lists those that have.
    case methodNotAllowed(allow: String)
    /// The request contradicts what is stored.
    case conflict(reason: String)
    /// The body is longer than the limit.
    case tooLarge
    /// The body is in a form this endpoint does not read.
    case unsupportedMediaType
    /// The caller must slow down; the verdict says for how long.
    case tooManyRequests(RateLimitVerdict)
    /// A part we need does not answer; nothing was changed and a later try may succeed.
    case unavailable(retryAfterSeconds: Int)
    /// A part we need answered in a way we cannot use, such as a payment provider refusing our request.
    case badGateway
    /// A fault of ours.
    case failed
}
