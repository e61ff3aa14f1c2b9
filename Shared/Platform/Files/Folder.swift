import Glibc

/// Reads folders.
package enum Folder {
    /// Returns the names in the folder at `path`, unordered, without `.` and `..`; blocks.
    ///
    /// - Throws: the system's reason.
    package static func names(_ path: String) throws(FileFault) -> [String] {
        guard let stream = unsafe opendir(path) else { throw .last }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension FileReader {
    /// Reads the whole file at `path`, which may have up to `limit` bytes; blocks.
    ///
    /// - Throws: the system's reason; `EFBIG` for a longer file.
    package static func whole(_ path: String, limit: Int = 1 << 20) throws(FileFault) -> [UInt8] {
        var reader = try FileReader(path)
        guard reader.size <= limit else { throw FileFault(code: EFBIG) }
        var bytes: [UInt8] = []
        while true {
            let piece = try reader.next()
            if piece.isEmpty { return bytes }
            bytes += piece
            guard bytes.count <= limit else { throw FileFault(code: EFBIG) }
        }
    }
}
