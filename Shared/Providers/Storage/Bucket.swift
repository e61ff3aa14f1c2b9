import Kernel

/// A bucket and how its objects are addressed.
package struct Bucket: Equatable, Sendable {
    /// Where a bucket's name stands in its URLs.
    package enum Style: Equatable, Sendable {
        /// In the path, which every storage understands.
        case path
        /// In front of the host name.
        case virtualHost
        /// Nowhere: the host name is the bucket's own.
        case ownHost
    }

    /// What a bucket's name must look like, for the fault that says it does not.
    package static let expected = "a bucket name: 3 to 222 lower-case letters, digits, - . and _"

    /// The bucket's name.
    package let name: String
    /// Scheme and host of its URLs.
    let base: StorageBase
    private let pathPrefix: String

    /// A bucket; `nil` when its name cannot be one.
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

    /// Scheme and host of its URLs, for people.
    package var origin: String { base.text }

    /// The path of an object, or of the bucket itself, before any encoding.
    func path(of object: String?) -> String {
        guard let object else { return pathPrefix.isEmpty ? "/" : pathPrefix }
        return "\(pathPrefix)/\(object)"
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { byte.isASCIIDigit || byte.isASCIILowercase }
}
