/// Bytes that no log, error or dump can show.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Creates a secret from the UTF-8 bytes of `text`.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// Creates a secret from bytes.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// The number of bytes.
    package var count: Int { bytes.count }

    /// Whether there are no bytes.
    package var isEmpty: Bool { bytes.isEmpty }

    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Lends the bytes for the length of one call.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(bytes.span)
    }

    /// Returns the secret as text, for the one place that must send it to a peer (a bearer header, a password).
    ///
    /// Bytes that are not UTF-8 become replacement characters.
    package func revealed() -> String { String(decoding: bytes, as: UTF8.self) }
}
