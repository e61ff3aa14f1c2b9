internal import JSON
package import Kernel

/// A verified OpenID Connect ID token of a Google service account, signed with RS256.
///
/// Sources: RFC 7519; <https://cloud.google.com/run/docs/authenticating/service-to-service>; OpenID Connect Core 1.0
/// section 3.1.3.7.
package struct IdentityToken: Equatable, Sendable {
    /// The claims a token must have.
    package struct Expectation: Equatable, Sendable {
        /// The audience: the URL or name configured for the scheduler.
        package let audience: String
        /// The service account's address.
        package let email: String
        /// The accepted issuers.
        package let issuers: Set<String>

        /// Creates an expectation; the issuers default to Google's.
        package init(
            audience: String, email: String,
            issuers: Set<String> = ["https://accounts.google.com", "accounts.google.com"]
        ) {
            self.audience = audience
            self.email = email
            self.issuers = issuers
        }
    }

    /// The allowed clock skew.
    package static let leeway: Duration = .seconds(60)
    /// The maximum lifetime accepted, whatever the token claims; Google's last an hour.
    package static let maxLifetime: Duration = .seconds(86_400)

    /// The subject: the service account's number.
    package let subject: String

    /// Returns the key ID from the header of `text`, before anything is verified.
    package static func keyName(_ text: some StringProtocol) throws(TokenFault) -> String {
        try CompactToken(text).header.kid
    }

    /// Verifies the signature and every claim of `text`.
    package init(
        verifying text: some StringProtocol, keys: KeySet, expecting expectation: Expectation, at now: Instant
    ) throws(TokenFault) {
        let payload = try CompactToken(text).verifiedPayload(keys)
        let claims = try StrictJSON(payload, "the payload").read(Claims.self, integers: ["exp", "iat", "nbf"])
        guard expectation.issuers.contains(claims.iss) else { throw .claim("iss") }
        guard claims.aud == expectation.audience else { throw .claim("aud") }
        guard claims.email == expectation.email else { throw .claim("email") }
        guard claims.isEmailVerified else { throw .claim("email_verified") }
        try IdentityToken.checkTimes(claims, at: now)
        subject = claims.sub
    }

    private static func checkTimes(_ claims: Claims, at now: Instant) throws(TokenFault) {
        let range = 0...Int64(1) << 40
        guard range.contains(claims.exp) else { throw .claim("exp") }
        guard range.contains(claims.iat) else { throw .claim("iat") }
        let (end, start) = (Instant(unixSeconds: claims.exp), Instant(unixSeconds: claims.iat))
        guard now < end + leeway, end - start <= maxLifetime, start < end else { throw .claim("exp") }
        guard start <= now + leeway else { throw .claim("iat") }
        if let notBefore = claims.nbf {
            guard range.contains(notBefore), Instant(unixSeconds: notBefore) <= now + leeway else {
                throw .claim("nbf")
            }
        }
    }

    private struct Claims: JSONReadable {
        let iss: String
        let aud: String
        let sub: String
        let email: String
        let isEmailVerified: Bool
        let exp: Int64
        let iat: Int64
        let nbf: Int64?

        init(json node: JSONNode) throws(MalformedDocument) {
            iss = try node.required("iss")
            aud = try node.required("aud")
            sub = try node.required("sub")
            email = try node.required("email")
            isEmailVerified = try node.required("email_verified")
            exp = try node.required("exp")
            iat = try node.required("iat")
            nbf = try node.optional("nbf")
        }
    }
}
