package import Kernel

/// The base URL of every link we send.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `PUBLIC_URL` | needed; `https://host`, without a path; plain `http://` for a loopback host, or together with a test key |
package struct PublicURL: Equatable, Sendable {
    private let origin: WebOrigin

    /// Creates the base URL from an origin.
    package init(_ origin: WebOrigin) { self.origin = origin }

    /// Reads the setting; returns `nil` if it is invalid, after recording the fault in `read`.
    ///
    /// - Parameter allowsPlain: whether only test money is at stake, so that `http://` is allowed for any host.
    package init?(_ read: inout SettingsReader, allowsPlain: Bool = false) {
        guard let origin = read.origin("PUBLIC_URL", allowsPlain: allowsPlain) else { return nil }
        self.origin = origin
    }

    /// Returns the absolute URL of `path`, which starts with a slash and is percent-encoded already.
    package func link(_ path: String) -> String { origin.text + path }
}
