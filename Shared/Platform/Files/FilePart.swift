import Glibc

extension FileReader {
    /// Reads up to `count` bytes of the regular file at `path`, starting at `offset`; fewer only at its end; blocks.
    ///
    /// - Throws: the system's reason; `EINVAL` if it is not a regular file.
    package static func part(_ path: String, from offset: Int64, count: Int) throws(FileFault) -> [UInt8] {
        let file = try Descriptor(path, O_RDONLY | O_NONBLOCK)
        _ = try file.sizeOfRegularFile()
        let number = file.number
        var fault: FileFault?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let more = repeating {
                    unsafe pread(
                        number, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
                }
                if more < 0 { fault = .last }
                guard more > 0 else { return }
                filled += more
            }
        }
        if let fault { throw fault }
        return bytes
    }
}
