package import Kernel

extension SettingsReader {
    /// Reads a required web origin; returns `nil` after recording a fault.
    ///
    /// - Parameter allowsPlain: whether only test money is at stake, so that `http://` is allowed for any host, not
    ///   only a loopback host.
    package mutating func origin(_ name: String, default fallback: String? = nil, allowsPlain: Bool) -> WebOrigin? {
        let expected =
            allowsPlain ? WebOrigin.expected : "https://host, or http:// with a loopback host, without a path"
        return value(name, expected: expected, default: fallback) { text in
            guard let origin = WebOrigin(text), allowsPlain || !origin.isPlain || origin.isLoopback else { return nil }
            return origin
        }
    }
}
