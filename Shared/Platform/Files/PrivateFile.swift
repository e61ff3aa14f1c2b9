import Glibc

/// Files readable only by their owner that never replace another file.
package enum PrivateFile {
    /// Creates an empty file at `path`, mode 0600; blocks.
    ///
    /// - Throws: the system's reason; `EEXIST` if the path exists, even as a link.
    package static func create(_ path: String) throws(FileFault) {
        _ = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }

    /// Appends `bytes` to the file at `path`; blocks.
    ///
    /// - Throws: the system's reason.
    package static func append(_ bytes: [UInt8], to path: String) throws(FileFault) {
        let file = try Descriptor(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
        guard writeWhole(bytes, to: file.number) else { throw .last }
    }

    /// Syncs the file or folder at `path` to disk; blocks.
    ///
    /// - Throws: the system's reason.
    package static func sync(_ path: String) throws(FileFault) {
        let file = try Descriptor(path, O_RDONLY | O_NOFOLLOW)
        guard fsync(file.number) == 0 else { throw .last }
    }

    /// Creates a folder at `path` that only its owner may enter, mode 0700; blocks.
    ///
    /// - Throws: the system's reason; `EEXIST` if the path exists.
    package static func createFolder(_ path: String) throws(FileFault) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw .last }
    }

    /// Removes the file or empty folder at `path`, if it exists; blocks.
    package static func remove(_ path: String) { _ = unsafe Glibc.remove(path) }
}
