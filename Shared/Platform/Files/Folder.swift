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

    /// Makes the folder at `path` and those around it, where they are not there; blocks.
    ///
    /// - Throws: the system's reason.
    package static func create(_ path: String) throws(FileFault) {
        if unsafe mkdir(path, 0o777) == 0 || (errno == EEXIST && FileKind(following: path) == .folder) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw .last }
        try create(String(path[..<slash]))
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .last }
    }
}

/// What lies at a path.
package enum FileKind: Sendable {
    case regular, folder
    /// A link, a device and the like.
    case other

    /// What lies at `path` itself, without following a link; `nil` where nothing can be found; blocks.
    package init?(_ path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// What a link at `path` leads to, or what lies there.
    init?(following path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .regular
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}

extension FileReader {
    /// The text of the whole file at `path`, which is no longer than `limit` bytes, without a byte order mark; blocks.
    ///
    /// - Throws: the system's reason; `EFBIG` for a longer file, `EILSEQ` for one that is not UTF-8.
    package static func text(_ path: String, limit: Int = 1 << 24) throws(FileFault) -> String {
        var bytes = try whole(path, limit: limit)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileFault(code: EILSEQ) }
        return text
    }

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
