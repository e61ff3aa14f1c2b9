import Glibc

/// A file that appears under its name only when complete.
///
/// It is written next to its destination and then renamed; an unfinished file is removed with this value.
package struct NewFile: ~Copyable {
    private let file: Descriptor
    private let path: String
    private let draft: String
    private var isFinished = false

    /// Starts the file for `path`, whose folder must exist.
    package init(_ path: String) throws(FileFault) {
        self.path = path
        draft = "\(path).\(getpid()).part"
        file = try Descriptor(draft, O_WRONLY | O_CREAT | O_TRUNC)
    }

    deinit { if !isFinished { _ = unsafe unlink(draft) } }

    /// Appends a piece.
    package mutating func append(_ bytes: [UInt8]) throws(FileFault) {
        guard writeWhole(bytes, to: file.number) else { throw .last }
    }

    /// Syncs the file to disk and renames it, replacing any file at its path.
    package consuming func finish() throws(FileFault) {
        guard fsync(file.number) == 0, unsafe rename(draft, path) == 0 else { throw .last }
        isFinished = true
    }
}
