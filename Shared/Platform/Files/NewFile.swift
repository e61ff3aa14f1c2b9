import Glibc

/// A file that appears under its name only once it is whole.
///
/// It is written beside its final place and renamed; what was not finished is removed with this value.
package struct NewFile: ~Copyable {
    private let file: Descriptor
    private let path: String
    private let draft: String
    private var isFinished = false

    /// Begins the file that shall lie at `path`; its folder must be there.
    package init(_ path: String) throws(FileFault) {
        self.path = path
        draft = "\(path).\(getpid()).part"
        file = try Descriptor(draft, O_WRONLY | O_CREAT | O_TRUNC)
    }

    deinit { if !isFinished { _ = unsafe unlink(draft) } }

    /// Adds a piece at the end.
    package mutating func append(_ bytes: [UInt8]) throws(FileFault) {
        guard writeWhole(bytes, to: file.number) else { throw .last }
    }

    /// Makes sure that the disk has it, and gives it its name; what lay there before is gone.
    package consuming func finish() throws(FileFault) {
        guard fsync(file.number) == 0, unsafe rename(draft, path) == 0 else { throw .last }
        isFinished = true
    }
}
