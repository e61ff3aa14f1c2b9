import Glibc

/// Why a file operation failed, as the system reports it.
package struct FileFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's error number, such as `ENOENT`.
    package let code: Int32

    /// Whether there is nothing at the path.
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    package var description: String { unsafe String(cString: strerror(code)) }

    /// The error of the system call that has just failed.
    static var last: FileFault { FileFault(code: errno) }
}

/// An open file descriptor, closed with this value.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(FileFault) {
        number = repeating { unsafe open(path, flags | O_CLOEXEC, mode) }
        guard number >= 0 else { throw .last }
    }

    deinit { _ = Glibc.close(number) }

    /// Returns the file's length; throws `EINVAL` for a folder, a device or the like.
    func sizeOfRegularFile() throws(FileFault) -> Int64 {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFault(code: EINVAL) }
        return Int64(status.st_size)
    }
}

/// Repeats a system call while a signal interrupts it.
func repeating<Number: SignedInteger>(_ call: () -> Number) -> Number {
    while true {
        let answer = call()
        if answer >= 0 || errno != EINTR { return answer }
    }
}

/// Writes all of `bytes`; returns `false` if that fails.
func writeWhole(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
        var offset = 0
        while offset < buffer.count {
            let count = repeating {
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }
}
