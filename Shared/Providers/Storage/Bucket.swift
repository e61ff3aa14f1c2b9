import Kernel

/// A bucket and the form of its URLs.
package struct Bucket: Equatable, Sendable {
    /// Where a bucket's URLs contain its name.
    package enum Style: Equatable, Sendable {
        /// In the path, which every storage service supports.
        case path
        /// As a subdomain of the host.
        case virtualHost
        /// Nowhere: the bucket has a host of its own.
        case ownHost
    }

    /// The expected format, for the settings fault.
    package static let expected = "a bucket name: 3 to 222 lower-case letters, digits, - . and _"

    /// The bucket's name.
    package let name: String
    /// Scheme and host of its URLs.
    let base: StorageBase
    private let pathPrefix: String

    /// Creates a bucket; `nil` if the name is not valid.
    ///
    /// Source: <https://cloud.google.com/storage/docs/buckets#naming>
    package init?(_ name: String, at base: StorageBase, style: Style = .path) {
        guard (3...222).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last,
            Bucket.isLetterOrDigit(first), Bucket.isLetterOrDigit(last),
            name.utf8.allSatisfy({ Bucket.isLetterOrDigit($0) || "-._".utf8.contains($0) }),
            !name.hasPair(UInt8(ascii: "."), UInt8(ascii: "."))
        else { return nil }
        self.name = name
        self.base = style == .virtualHost ? base.with(subdomain: name) : base
        pathPrefix = style == .path ? "/\(name)" : ""
    }

    /// Scheme and host of its URLs, for messages.
    package var origin: String { base.text }

    /// Returns the path of an object, or of the bucket itself, without percent-encoding.
    func path(of object: String?) -> String {
        guard let object else { return pathPrefix.isEmpty ? "/" : pathPrefix }
        return "\(pathPrefix)/\(object)"
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { byte.isASCIIDigit || byte.isASCIILowercase }
}
