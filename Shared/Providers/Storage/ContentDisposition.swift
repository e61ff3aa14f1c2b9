internal import HTTP

/// The `Content-Disposition` of a download (RFC 6266).
package enum ContentDisposition {
    /// Asks the browser to save under `fileName`.
    ///
    /// Bytes that some browser reads in its own way become `_` in the plain name; the exact name then follows in the
    /// form of RFC 8187.
    package static func attachment(fileName: String) -> String {
        let plain = String(fileName.unicodeScalars.map { isPlain($0) ? Character($0) : "_" })
        let value = "attachment; filename=\"\(plain)\""
        return plain == fileName
            ? value : value + "; filename*=UTF-8''\(PercentCoding.encode(fileName, keeping: "!#$&+^`|"))"
    }

    /// Printable ASCII but for quotes, escapes (`%` too: some browsers decode it) and path separators.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && !"\"\\%/:".unicodeScalars.contains(scalar)
    }
}
