package import Kernel

extension Secret {
    /// Decodes a secret; `nil` if `text` is not strict Base64 or encodes fewer than `count` bytes.
    package init?(base64 text: some StringProtocol, atLeast count: Int) {
        guard let bytes = Base64.decode(text), bytes.count >= count else { return nil }
        self.init(bytes: bytes)
    }
}
