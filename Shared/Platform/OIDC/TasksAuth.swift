package import Kernel

/// Who may call the task routes.
package enum TasksAuth: Sendable {
    /// The platform admits no other caller: Cloud Run checks the identity.
    case platform
    /// A caller with one of these secrets as a bearer token; two during a rotation.
    case tokens([Secret])
    /// The scheduler's service account, proved by a Google ID token that we verify.
    case oidc(IdentityToken.Expectation)

    /// The expected format, for the settings fault.
    package static let expected =
        "iam, or token: and at least 32 characters (several with commas), or oidc: and an audience, a comma and a service account's address"

    /// Parses `TASKS_AUTH`; `nil` if it is none of these.
    package init?(_ text: String) {
        if text == "iam" {
            self = .platform
        } else if text.hasPrefix("token:") {
            let tokens = text.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false)
            guard tokens.allSatisfy({ $0.utf8.count >= 32 }) else { return nil }
            self = .tokens(tokens.map { Secret(String($0)) })
        } else if text.hasPrefix("oidc:"), let comma = text.lastIndex(of: ",") {
            let audience = text[..<comma].dropFirst(5)
            guard !audience.isEmpty, let email = EmailAddress(String(text[text.index(after: comma)...])) else {
                return nil
            }
            self = .oidc(IdentityToken.Expectation(audience: String(audience), email: email.text))
        } else {
            return nil
        }
    }
}
