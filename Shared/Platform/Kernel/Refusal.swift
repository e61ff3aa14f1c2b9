/// Why a request is refused.
///
/// The texts are written by us and shown to the client: they name a field or a rule, never a received value, a secret
/// or another system's message.
package enum Refusal: Error, Equatable, Sendable {
    /// The request is invalid; `field` names the part at fault.
    case malformed(field: String, reason: String)
    /// A signature, token or credential is not valid.
    case unauthenticated(reason: String)
    /// The request is not allowed, regardless of the caller.
    case forbidden(reason: String)
    /// Nothing exists at this address, or nothing this caller may know of.
    case notFound
    /// The resource has ended: expired, used up, revoked.
    case gone(reason: String)
    /// The resource does not support the method; `allow` lists those that it does.
    case methodNotAllowed(allow: String)
    /// The request conflicts with stored state.
    case conflict(reason: String)
    /// The body exceeds the limit.
    case tooLarge
    /// The endpoint does not accept the body's media type.
    case unsupportedMediaType
    /// The caller exceeded a rate limit; the verdict says how long to wait.
    case tooManyRequests(RateLimitVerdict)
    /// A dependency does not respond; nothing was changed and a retry may succeed.
    case unavailable(retryAfterSeconds: Int)
    /// A dependency gave an unusable response, such as a payment provider that rejects our request.
    case badGateway
    /// An internal error.
    case failed
}
