package import Log
package import Settings

/// The settings every function needs to listen and to log.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `PORT` | where to listen, 0 to 65535 (0: any free one), 8080 when absent |
/// | `HOST` | the numeric address to listen on, `0.0.0.0` when absent |
/// | `TRUSTED_PROXY_HOPS` | how many addresses at the right of `X-Forwarded-For` are ours, 0 when absent |
/// | `LOG_LEVEL` | `debug`, `info`, `notice`, `warning`, `error`; `info` when absent |
/// | `GOOGLE_CLOUD_PROJECT` | the project that the traces of log lines belong to; may be absent |
/// | `K_SERVICE`, `K_REVISION` | Cloud Run's names for the service and its version, which it sets itself |
package struct ServerSettings: Sendable {
    /// The numeric address to listen on.
    package let host: String
    /// The port to listen on; 0 for any free one.
    package let port: Int
    /// How many addresses at the right of `X-Forwarded-For` are ours.
    package let trustedHops: Int
    /// The minimum severity that is logged.
    package let threshold: Severity
    /// The Google Cloud project that traces belong to, or empty.
    package let project: String
    /// The platform's name for the service, or empty.
    package let service: String
    /// The platform's name for the service's version, or empty.
    package let revision: String

    /// Reads the settings; `read` collects faults.
    package init(_ read: inout SettingsReader) {
        host = read.text("HOST", default: "0.0.0.0")
        port = read.integer("PORT", in: 0...65_535, default: 8080)
        trustedHops = read.integer("TRUSTED_PROXY_HOPS", in: 0...10, default: 0)
        threshold =
            read.value("LOG_LEVEL", expected: "debug, info, notice, warning or error", default: "info") {
                Severity(rawValue: $0.uppercased())
            } ?? .info
        project = read.text("GOOGLE_CLOUD_PROJECT", default: "")
        service = read.text("K_SERVICE", default: "")
        revision = read.text("K_REVISION", default: "")
    }

    /// Returns the origin of log lines for the named function.
    package func origin(_ function: String) -> LogOrigin {
        LogOrigin(function, service: service, revision: revision, project: project)
    }
}
