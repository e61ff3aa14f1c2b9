import Crypto
import Files

/// A file's length and SHA-256, found without having it in memory.
struct FileDigest: Equatable, Sendable {
    let size: Int64
    let sha256: [UInt8]

    init(size: Int64, sha256: [UInt8]) {
        self.size = size
        self.sha256 = sha256
    }

    /// Reads the file at `path` and hands every piece to `body` as well; blocks.
    init(
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
