internal import HTTP

/// The `Content-Disposition` of a download (RFC 6266).
package enum ContentDisposition {
    /// Makes the browser save the response as `fileName`.
    ///
    /// Bytes that some browsers misinterpret become `_` in the plain name; the exact name follows in the form of RFC
    /// 8187.
    package static func attachment(fileName: String) -> String {
        let plain = String(fileName.unicodeScalars.map { isPlain($0) ? Character($0) : "_" })
        let value = "attachment; filename=\"\(plain)\""
        return plain == fileName
            ? value : value + "; filename*=UTF-8''\(PercentCoding.encode(fileName, keeping: "!#$&+^`|"))"
    }

    /// Returns whether a character is printable ASCII, but no quote, escape (nor `%`, which some browsers decode) or
    /// path separator.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && !"\"\\%/:".unicodeScalars.contains(scalar)
    }
}
