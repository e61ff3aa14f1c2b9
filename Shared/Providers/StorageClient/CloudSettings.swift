package import Kernel
package import Settings

/// Access to Google's services, for a machine without a key of its own.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `GCE_METADATA_HOST` | the metadata server, `metadata.google.internal` when absent; another one only on this machine, or together with a test key |
/// | `IAM_CREDENTIALS_BASE` | the service that signs for a service account, `https://iamcredentials.googleapis.com` when absent; plain `http://` for a loopback host, or together with a test key |
package struct CloudSettings: Sendable {
    /// The metadata server's host, optionally with a port; called without TLS, because it is part of the machine.
    package let metadataHost: String
    /// The base URL of IAM Credentials.
    package let credentialsBase: WebOrigin

    private static let metadataHost = "metadata.google.internal"
    /// The platform's own names for its metadata server.
    private static let metadataHosts = [metadataHost, "metadata.google.internal.", "metadata", "169.254.169.254"]
    private static let credentials = "https://iamcredentials.googleapis.com"

    /// Reads the settings; returns `nil` if one is invalid, after recording the fault in `read`.
    ///
    /// - Parameter allowsPlain: whether only test money is at stake, so that `http://` is allowed for any host.
    package init?(_ read: inout SettingsReader, allowsPlain: Bool = false) {
        let host = read.value(
            "GCE_METADATA_HOST", expected: "metadata.google.internal, or host:port of this machine",
            default: CloudSettings.metadataHost
        ) { text in CloudSettings.isMetadataHost(text, allowsPlain) ? text : nil }
        let base = read.origin("IAM_CREDENTIALS_BASE", default: CloudSettings.credentials, allowsPlain: allowsPlain)
        guard let host, let base else { return nil }
        metadataHost = host
        credentialsBase = base
    }

    /// Returns whether `text` may be the metadata server: it provides our identity, which an eavesdropper on the way
    /// could read.
    private static func isMetadataHost(_ text: String, _ allowsPlain: Bool) -> Bool {
        if metadataHosts.contains(text) { return true }
        guard let origin = WebOrigin("http://\(text)"), origin.authority == text else { return false }
        return origin.isLoopback || allowsPlain
    }
}
