package import Kernel

extension Secret {
    /// A secret that a setting holds in Base64; `nil` for another spelling or fewer than `count` bytes.
    package init?(base64 text: some StringProtocol, atLeast count: Int) {
        guard let bytes = Base64.decode(text), bytes.count >= count else { return nil }
        self.init(bytes: bytes)
    }
}
