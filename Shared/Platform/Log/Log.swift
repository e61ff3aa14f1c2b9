import Glibc
package import JSON
package import Kernel

/// Writes log lines.
package struct Log: Sendable {
    private let recognizer: Recognizer
    private let sink: @Sendable (LogLine) -> Void

    /// Creates a log that passes every line to `sink`.
    ///
    /// - Parameter recognizer: finds what `masked` hides.
    package init(masking recognizer: Recognizer = .addresses, sink: @escaping @Sendable (LogLine) -> Void) {
        self.recognizer = recognizer
        self.sink = sink
    }

    /// Returns a log that writes JSON lines to standard output, from `threshold` upward.
    package static func standardOutput(
        from origin: LogOrigin, threshold: Severity, masking recognizer: Recognizer = .addresses,
        clock: WallClock = .system
    ) -> Log {
        Log(masking: recognizer) { line in
            guard line.severity >= threshold else { return }
            writeWhole(line.bytes(at: clock.now(), from: origin))
        }
    }

    /// Returns a caller's text for a field, without what identifies a person or opens something.
    ///
    /// E-mail addresses are masked in every field of every line; this hides what the shop adds to them.
    package func masked(_ text: String) -> JSONValue { .string(recognizer.masked(text)) }

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
