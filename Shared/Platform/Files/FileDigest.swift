import Crypto

/// The length and SHA-256 of a file, computed piece by piece, so that the file's size does not matter.
package struct FileDigest: Equatable, Sendable {
    /// The length in bytes.
    package let size: Int64
    /// The 32 bytes of the digest.
    package let sha256: [UInt8]

    /// Creates a digest.
    package init(size: Int64, sha256: [UInt8]) {
        self.size = size
        self.sha256 = sha256
    }

    /// Reads the file at `path` and passes every piece to `body` as well; blocks.
    ///
    /// - Throws: the system's reason, or what `body` throws.
    package init(
        of path: String, _ body: ([UInt8]) throws(FileFault) -> Void = { _ throws(FileFault) in }
    ) throws(FileFault) {
        var reader = try FileReader(path)
        var digest = SHA256()
        var size: Int64 = 0
        while true {
            let piece = try reader.next()
            if piece.isEmpty { break }
            digest.update(piece.span)
            try body(piece)
            size += Int64(piece.count)
        }
        self.size = size
        sha256 = digest.finish()
    }
}
