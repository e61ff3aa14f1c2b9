import Kernel
package import Settings

/// Who may call the task routes, and the source of the keys that verify it.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `TASKS_AUTH` | needed; `iam`, `token:` and a secret of at least 32 characters, or `oidc:<audience>,<service account>` |
/// | `OIDC_JWKS_URL` | the issuer's key set, Google's when absent; `https://`, or `http://` on this machine |
package struct TasksSettings: Sendable {
    /// Google's key set for ID tokens.
    ///
    /// Source: <https://accounts.google.com/.well-known/openid-configuration>
    package static let googleKeys = "https://www.googleapis.com/oauth2/v3/certs"

    /// Who may call.
    package let auth: TasksAuth
    /// The URL of the issuer's key set.
    package let keysURL: String

    /// Reads the settings; returns `nil` if one is invalid, after recording the fault in `read`.
    package init?(_ read: inout SettingsReader) {
        let auth = read.value("TASKS_AUTH", expected: TasksAuth.expected) { TasksAuth($0) }
        keysURL = read.text("OIDC_JWKS_URL", default: TasksSettings.googleKeys)
        if !TasksSettings.isSafe(keysURL) {
            read.reject("OIDC_JWKS_URL", expected: "an https:// URL, or http:// on this machine")
            return nil
        }
        guard let auth else { return nil }
        self.auth = auth
    }

    /// Creates settings.
    package init(auth: TasksAuth, keysURL: String = TasksSettings.googleKeys) {
        self.auth = auth
        self.keysURL = keysURL
    }

    private static func isSafe(_ url: String) -> Bool {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, let origin = WebOrigin("\(parts[0])//\(parts[2])") else {
            return false
        }
        return !origin.isPlain || origin.isLoopback
    }
}
