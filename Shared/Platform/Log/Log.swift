import Glibc
package import JSON
package import Kernel

/// Writes log lines.
package struct Log: Sendable {
    private let sink: @Sendable (LogLine) -> Void

    /// Creates a log that passes every line to `sink`.
    package init(sink: @escaping @Sendable (LogLine) -> Void) { self.sink = sink }

    /// Returns a log that writes JSON lines to standard output, from `threshold` upward.
    ///
    /// - Parameter recognizer: finds what the lines must not have.
    package static func standardOutput(
        from origin: LogOrigin, threshold: Severity, masking recognizer: Recognizer, clock: WallClock = .system
    ) -> Log {
        let mask = LogMask(recognizer)
        return Log { line in
            guard line.severity >= threshold else { return }
            writeWhole(line.bytes(at: clock.now(), from: origin, masking: mask))
        }
    }

    /// Writes `line`.
    package func callAsFunction(_ line: LogLine) { sink(line) }

    /// Writes a line with these parts, as part of the current task's trace.
    ///
    /// Every message is listed in `infra/observability.md`.
    package func callAsFunction(
        _ severity: Severity, _ message: String, _ fields: [(String, JSONValue)] = [],
        file: StaticString = #fileID, line: Int = #line, function: StaticString = #function
    ) {
        sink(
            LogLine(severity, message, fields, place: LogPlace(file: file, line: line, function: function)))
    }
}

/// Writes all of `bytes` to standard output in as few calls as the kernel allows.
///
/// A log that cannot be written (a closed pipe) must not stop a sale, so an error drops the line and nothing else.
private func writeWhole(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { buffer in
        var offset = 0
        while offset < buffer.count {
            let written = unsafe write(STDOUT_FILENO, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            if written > 0 {
                offset += written
            } else if errno != EINTR {
                return
            }
        }
    }
}
