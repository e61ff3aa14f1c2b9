internal import HTTP
internal import Kernel

/// The SMTP server from the settings.
///
/// | Scheme | Connection | Port |
/// | --- | --- | --- |
/// | `smtps://` | TLS from the start | 465 |
/// | `smtp://` | STARTTLS, required unless the host is this machine | 587 |
/// | `smtp+plain://` | no TLS | 25 |
package struct SMTPServer: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    enum Security: Sendable { case implicit, required, tried, none }

    struct Credentials: Sendable {
        let user: Secret
        let password: Secret
    }

    let security: Security
    let host: String
    let port: Int
    let credentials: Credentials?

    /// Parses `text`, such as `smtps://user:password@mail.example:465`, with percent-encoded user and password; `nil`
    /// if it is no such URL.
    ///
    /// - Parameter allowsPlain: whether `smtp+plain://` is allowed, which sends mail and password in the clear.
    package init?(_ text: String, allowsPlain: Bool) {
        guard let url = URLParts(text), !url.hasExtras, url.path == "/" || url.path.isEmpty, !url.host.isEmpty else {
            return nil
        }
        switch url.scheme {
        case "smtps": (security, port) = (.implicit, url.port ?? 465)
        case "smtp": (security, port) = (url.isLoopback ? .tried : .required, url.port ?? 587)
        case "smtp+plain" where allowsPlain: (security, port) = (.none, url.port ?? 25)
        default: return nil
        }
        guard (1...65_535).contains(port) else { return nil }
        host = url.host
        switch (url.user, url.password) {
        case (nil, nil): credentials = nil
        case (let user?, let password?):
            guard let credentials = Credentials(user: user, password: password) else { return nil }
            self.credentials = credentials
        default: return nil
        }
    }

    /// The address, without the credentials.
    package var description: String { "\(scheme)://\(host):\(port)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private var scheme: String {
        switch security {
        case .implicit: "smtps"
        case .required, .tried: "smtp"
        case .none: "smtp+plain"
        }
    }
}

extension SMTPServer.Credentials {
    /// Decodes both; `nil` if one is empty, malformed, or contains a control character.
    fileprivate init?(user: String, password: String) {
        guard let user = PercentCoding.decode(user), let password = PercentCoding.decode(password), !user.isEmpty,
            !password.isEmpty, (user + password).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        self.user = Secret(user)
        self.password = Secret(password)
    }
}
