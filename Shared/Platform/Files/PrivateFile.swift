import Glibc

/// Files that their owner alone may read, and that take nobody's place.
package enum PrivateFile {
    /// Makes an empty file at `path`, mode 0600; blocks.
    ///
    /// - Throws: the system's reason; `EEXIST` when something lies there, a link included.
    package static func create(_ path: String) throws(FileFault) {
        _ = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }

    /// Adds `bytes` at the end of the file at `path`; blocks.
    ///
    /// - Throws: the system's reason.
    package static func append(_ bytes: [UInt8], to path: String) throws(FileFault) {
        let file = try Descriptor(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
        guard writeWhole(bytes, to: file.number) else { throw .last }
    }

    /// Makes sure that the disk has the file or the folder at `path`; blocks.
    ///
    /// - Throws: the system's reason.
    package static func sync(_ path: String) throws(FileFault) {
        let file = try Descriptor(path, O_RDONLY | O_NOFOLLOW)
        guard fsync(file.number) == 0 else { throw .last }
    }

    /// Makes a folder at `path` that its owner alone may enter, mode 0700; blocks.
    ///
    /// - Throws: the system's reason; `EEXIST` when something lies there.
    package static func createFolder(_ path: String) throws(FileFault) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw .last }
    }

    /// Removes the file or the empty folder at `path`, if it is there; blocks.
    package static func remove(_ path: String) { _ = unsafe Glibc.remove(path) }
}
