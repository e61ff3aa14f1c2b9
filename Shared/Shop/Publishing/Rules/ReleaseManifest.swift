import Crypto
package import JSON
package import Kernel
package import Storage

/// The files of a release, as recorded beside them in the bucket.
package struct ReleaseManifest: Equatable, Sendable {
    /// One file of a release.
    package struct File: Equatable, Sendable {
        /// Its object name: product, version, platform and file name.
        package let object: ObjectName
        /// Its length in bytes.
        package let size: Int64
        /// The 32 bytes of its SHA-256 digest.
        package let digest: [UInt8]

        /// Creates a file; `nil` if it is empty or the digest is not 32 bytes.
        package init?(object: ObjectName, size: Int64, digest: [UInt8]) {
            guard size > 0, digest.count == SHA256.byteCount else { return nil }
            self.object = object
            self.size = size
            self.digest = digest
        }
    }

    /// Why a document is not a manifest.
    package enum Fault: Error, Equatable, Sendable {
        /// It is not JSON, or this member is missing or of another type.
        case malformed(field: String)
        /// The value of this member is not valid.
        case invalid(field: String)
    }

    /// The product's slug.
    package let product: String
    /// The release's version.
    package let version: String
    /// When it was published.
    package let releasedAt: Instant
    /// Its files.
    package let files: [File]

    /// Returns the object name of a release's manifest.
    package static func objectName(product: String, version: String) -> String {
        "\(product)/\(version)/manifest.json"
    }

    /// Creates a manifest of files that all belong to one product and version.
    package init(product: String, version: String, releasedAt: Instant, files: [File]) throws(Fault) {
        guard ObjectName.isSegment(product) else { throw .invalid(field: "product") }
        guard ObjectName.isSegment(version) else { throw .invalid(field: "version") }
        guard !files.isEmpty, Set(files.map(\.object)).count == files.count,
            files.allSatisfy({ $0.object.product == product && $0.object.version == version })
        else { throw .invalid(field: "files") }
        self.product = product
        self.version = version
        self.releasedAt = releasedAt
        self.files = files
    }

    /// The document to write.
    package var json: JSONValue {
        .object([
            ("product", .string(product)), ("version", .string(version)),
            ("released_at", .string(CivilTime(releasedAt).rfc3339)), ("files", .array(files.map(\.json))),
        ])
    }
}

extension ReleaseManifest.File {
    fileprivate var json: JSONValue {
        .object([
            ("platform", .string(object.platform)), ("name", .string(object.file)),
            ("object", .string(object.description)), ("size", .integer(size)), ("sha256", .string(Hex.encode(digest))),
        ])
    }
}

extension ReleaseManifest {
    /// Parses a manifest.
    package init(json bytes: [UInt8]) throws(Fault) {
        let document: Document
        do { document = try Document(json: bytes) } catch { throw .malformed(field: error.field) }
        guard document.releasedAt.hasSuffix("Z"), let releasedAt = Instant(rfc3339: document.releasedAt) else {
            throw .invalid(field: "released_at")
        }
        var files: [File] = []
        for (index, entry) in document.files.enumerated() {
            guard let file = File(entry, product: document.product, version: document.version) else {
                throw .invalid(field: "files.\(index)")
            }
            files.append(file)
        }
        try self.init(product: document.product, version: document.version, releasedAt: releasedAt, files: files)
    }
}

extension ReleaseManifest.File {
    /// Creates a file; `nil` if its object name does not match its other members.
    fileprivate init?(_ entry: Document.Entry, product: String, version: String) {
        guard
            let object = ObjectName(product: product, version: version, platform: entry.platform, file: entry.name),
            object.description == entry.object, let digest = Hex.decode(entry.sha256)
        else { return nil }
        self.init(object: object, size: entry.size, digest: digest)
    }
}

/// A manifest as parsed; only names and types are checked.
private struct Document: JSONReadable {
    struct Entry: JSONReadable {
        let platform: String
        let name: String
        let object: String
        let size: Int64
        let sha256: String

        init(json node: JSONNode) throws(MalformedDocument) {
            platform = try node.required("platform")
            name = try node.required("name")
            object = try node.required("object")
            size = try node.required("size")
            sha256 = try node.required("sha256")
        }
    }

    let product: String
    let version: String
    let releasedAt: String
    let files: [Entry]

    init(json node: JSONNode) throws(MalformedDocument) {
        product = try node.required("product")
        version = try node.required("version")
        releasedAt = try node.required("released_at")
        files = try node.required("files")
    }
}
