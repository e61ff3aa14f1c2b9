internal import JSON
package import Kernel

/// Proof that a caller is a service account of Google's: an OpenID Connect ID token, signed with RS256.
///
/// Sources: RFC 7519; <https://cloud.google.com/run/docs/authenticating/service-to-service>;
/// OpenID Connect Core 1.0 section 3.1.3.7.
package struct IdentityToken: Equatable, Sendable {
    /// What a token must say of itself.
    package struct Expectation: Equatable, Sendable {
        /// For whom it was made: the URL or name that the scheduler was told.
        package let audience: String
        /// The service account's address.
        package let email: String
        /// Who may have made it.
        package let issuers: Set<String>

        /// An expectation of a token of Google's.
        package init(
            audience: String, email: String,
            issuers: Set<String> = ["https://accounts.google.com", "accounts.google.com"]
        ) {
            self.audience = audience
            self.email = email
            self.issuers = issuers
        }
    }

    /// How far two clocks may differ.
    package static let leeway: Duration = .seconds(60)
    /// No token is good for longer, whatever it says; Google's are for an hour.
    package static let maxLifetime: Duration = .seconds(86_400)

    /// Whose token it is: the service account's number.
    package let subject: String

    /// The name of the key that `text` says it is signed with, before anything of it is believed.
    package static func keyName(_ text: some StringProtocol) throws(TokenFault) -> String {
        try CompactToken(text).header.kid
    }

    /// Believes `text` when its signature and every claim hold.
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
