package import Kernel

extension SettingsReader {
    /// A web server's address that must be there; `nil` after recording a fault.
    ///
    /// Plain `http://` is for a loopback host alone, unless `allowsPlain` says that only test money moves.
    package mutating func origin(_ name: String, default fallback: String? = nil, allowsPlain: Bool) -> WebOrigin? {
        let expected =
            allowsPlain ? WebOrigin.expected : "https://host, or http:// with a loopback host, without a path"
        return value(name, expected: expected, default: fallback) { text in
            guard let origin = WebOrigin(text), allowsPlain || !origin.isPlain || origin.isLoopback else { return nil }
            return origin
        }
    }
}
