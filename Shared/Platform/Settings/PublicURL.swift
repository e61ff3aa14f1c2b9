package import Kernel

/// The base of every link that we send out.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `PUBLIC_URL` | needed; `https://host`, without a path; plain `http://` for a loopback host, or together with a test key |
package struct PublicURL: Equatable, Sendable {
    private let origin: WebOrigin

    /// A base that is known.
    package init(_ origin: WebOrigin) { self.origin = origin }

    /// Reads the setting; `nil` when it is at fault, which `read` keeps.
    ///
    /// `allowsPlain` says that only test money moves, so that `http://` may stand with any host.
    package init?(_ read: inout SettingsReader, allowsPlain: Bool = false) {
        guard let origin = read.origin("PUBLIC_URL", allowsPlain: allowsPlain) else { return nil }
        self.origin = origin
    }

    /// The whole link to `path`, which begins with a slash and is percent-encoded already.
    package func link(_ path: String) -> String { origin.text + path }
}
