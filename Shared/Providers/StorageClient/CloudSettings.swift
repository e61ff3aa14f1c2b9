package import Kernel
package import Settings

/// How Google's services are reached, where a machine has no key of its own.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `GCE_METADATA_HOST` | the metadata server, `metadata.google.internal` when absent; another one only on this machine, or together with a test key |
/// | `IAM_CREDENTIALS_BASE` | who signs for a service account, `https://iamcredentials.googleapis.com` when absent; plain `http://` for a loopback host, or together with a test key |
package struct CloudSettings: Sendable {
    /// The metadata server's name, perhaps with a port; it is asked without TLS, as it is part of the machine.
    package let metadataHost: String
    /// Where IAM Credentials answers.
    package let credentialsBase: WebOrigin

    private static let metadataHost = "metadata.google.internal"
    /// The names by which the platform itself knows its metadata server.
    private static let metadataHosts = [metadataHost, "metadata.google.internal.", "metadata", "169.254.169.254"]
    private static let credentials = "https://iamcredentials.googleapis.com"

    /// Reads the settings; `nil` when one of them is at fault, which `read` keeps.
    ///
    /// - Parameter allowsPlain: whether only test money moves, so that `http://` may go to any host.
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

    /// What the metadata server says becomes our identity, and whoever stood between could read it.
    private static func isMetadataHost(_ text: String, _ allowsPlain: Bool) -> Bool {
        if metadataHosts.contains(text) { return true }
        guard let origin = WebOrigin("http://\(text)"), origin.authority == text else { return false }
        return origin.isLoopback || allowsPlain
    }
}
