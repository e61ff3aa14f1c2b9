import Crypto
import FoundationEssentials
import Kernel

/// One object of the bucket, read into memory.
struct StoredObject: Sendable {
    let bytes: [UInt8]
    let modified: Instant
    /// A fingerprint of the bytes, in quotes.
    let etag: String

    /// Reads the file of an object; blocks.
    ///
    /// No part of the name may be empty, `.`, `..` or a symbolic link, so that no name leads out of the folder.
    ///
    /// - Throws: if it does not exist or is longer than `limit`.
    init(_ name: String, in folder: String, limit: Int) throws(StorageError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) }) else {
            throw .noSuchKey
        }
        var path = folder
        for part in parts.dropLast() {
            path += "/\(part)"
            guard StoredObject.attributes(path)?[.type] as? FileAttributeType == .typeDirectory else {
                throw .noSuchKey
            }
        }
        path += "/\(parts[parts.count - 1])"
        guard let attributes = StoredObject.attributes(path), attributes[.type] as? FileAttributeType == .typeRegular
        else { throw .noSuchKey }
        guard StoredObject.size(attributes) <= limit else { throw .objectTooLong }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .noSuchKey }
        bytes = Array(data)
        let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        modified = Instant(unixSeconds: Int64(time))
        etag = "\"\(Hex.encode(Array(SHA256.hash(bytes).prefix(16))))\""
    }

    /// Returns a file's attributes, without following a final link.
    private static func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    /// Returns a file's length, whose type depends on whether all of Foundation is linked.
    private static func size(_ attributes: [FileAttributeKey: Any]) -> Int {
        (attributes[.size] as? any BinaryInteger).map { Int(clamping: $0) } ?? attributes[.size] as? Int ?? .max
    }

    /// Returns the media type for a name's extension.
    static func mediaType(_ name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() {
        case "zip": "application/zip"
        case "txt": "text/plain"
        case "json": "application/json"
        case "pdf": "application/pdf"
        case "dmg": "application/x-apple-diskimage"
        default: "application/octet-stream"
        }
    }
}
