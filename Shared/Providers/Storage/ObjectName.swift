internal import Kernel

/// The name of a released file in the bucket: `product/version/platform/file`.
package struct ObjectName: Hashable, Sendable, CustomStringConvertible {
    /// The product's slug.
    package let product: String
    /// The release's version.
    package let version: String
    /// The operating system.
    package let platform: String
    /// The file's name.
    package let file: String

    /// Creates a name from its parts; `nil` if one of them is not valid in a path, a URL and every file system.
    package init?(product: String, version: String, platform: String, file: String) {
        guard [product, version, platform, file].allSatisfy(ObjectName.isSegment) else { return nil }
        self.product = product
        self.version = version
        self.platform = platform
        self.file = file
    }

    /// Parses a name; `nil` unless it has four valid parts, separated by single slashes.
    package init?(_ text: String) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 4 else { return nil }
        self.init(product: parts[0], version: parts[1], platform: parts[2], file: parts[3])
    }

    /// The complete object name.
    package var description: String { "\(product)/\(version)/\(platform)/\(file)" }

    /// Returns whether `text` can be one part.
    ///
    /// A part has up to 128 ASCII letters, digits, `.`, `_`, `-`, `+` and single inner blanks; it starts with a letter
    /// or digit, does not end with a dot or blank, and has no two dots in a row.
    package static func isSegment(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count) else { return false }
        var (previous, isFirst) = (UInt8(0), true)
        let bytes = text.utf8.span
        for index in bytes.indices {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: " "):
                guard !isFirst, byte != previous else { return false }
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                guard !isFirst else { return false }
            default:
                guard byte.isASCIIAlphanumeric else { return false }
            }
            (previous, isFirst) = (byte, false)
        }
        return previous != UInt8(ascii: ".") && previous != UInt8(ascii: " ")
    }
}
