package import Kernel

extension SettingsReader {
    /// Reads a required web origin; returns `nil` after recording a fault.
    ///
    /// Plain `http://` is allowed only for a loopback host, unless `allowsPlain` says that only test money is at stake.
    package mutating func origin(_ name: String, default fallback: String? = nil, allowsPlain: Bool) -> WebOrigin? {
        let expected =
            allowsPlain ? WebOrigin.expected : "https://host, or http:// with a loopback host, without a path"
        return value(name, expected: expected, default: fallback) { text in
            guard let origin = WebOrigin(text), allowsPlain || !origin.isPlain || origin.isLoopback else { return nil }
            return origin
        }
    }
}
