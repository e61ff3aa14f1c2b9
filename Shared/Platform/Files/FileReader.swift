import Glibc

/// Reads a regular file piece by piece, so that its size does not matter.
package struct FileReader: ~Copyable {
    private let file: Descriptor
    /// The file's length in bytes when it was opened.
    package let size: Int64

    /// The bytes in a piece.
    private static let pieceSize = 1 << 18

    /// Opens the file at `path`.
    ///
    /// - Throws: the system's reason; `EINVAL` if it is not a regular file.
    package init(_ path: String) throws(FileFault) {
        let file = try Descriptor(path, O_RDONLY | O_NONBLOCK)
        size = try file.sizeOfRegularFile()
        self.file = file
    }

    /// Reads the next piece; empty at the end.
    package mutating func next() throws(FileFault) -> [UInt8] {
        var count = 0
        let number = file.number
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: FileReader.pieceSize) { buffer, filled in
            count = repeating { unsafe read(number, buffer.baseAddress, buffer.count) }
            filled = max(count, 0)
        }
        guard count >= 0 else { throw .last }
        return piece
    }
}
