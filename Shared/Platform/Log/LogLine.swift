package import JSON
package import Kernel

/// The severity of a line, in Cloud Logging's terms.
///
/// Source: <https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity>
package enum Severity: String, Comparable, Sendable, CaseIterable {
    case debug = "DEBUG"
    case info = "INFO"
    case notice = "NOTICE"
    case warning = "WARNING"
    case error = "ERROR"
    case critical = "CRITICAL"

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .notice: 2
        case .warning: 3
        case .error: 4
        case .critical: 5
        }
    }
}

/// One structured log line, with Cloud Logging's field names.
///
/// It must contain nothing secret: no key, token, full address or card detail. Since a text from outside may quote one,
/// what the log's recognizer finds is masked in every field when the line is written, except in `JSONValue.own`.
/// Source: <https://cloud.google.com/logging/docs/structured-logging>
package struct LogLine: Sendable {
    /// The severity.
    package let severity: Severity
    /// The message, a constant text, so that lines can be grouped.
    package let message: String
    /// The values.
    package let fields: [(String, JSONValue)]
    /// The trace of the current work.
    package let trace: TraceContext
    /// The source location; `nil` where the message alone determines the group.
    package let place: LogPlace?

    /// Creates a log line.
    package init(
        _ severity: Severity, _ message: String, _ fields: [(String, JSONValue)] = [],
        trace: TraceContext = .current, place: LogPlace? = nil
    ) {
        self.severity = severity
        self.message = message
        self.fields = fields
        self.trace = trace
        self.place = place
    }

    /// Returns the line's bytes, with a line feed at the end.
    ///
    /// An error's line carries the members by which Error Reporting picks it up under its service and version and
    /// groups it by source location: <https://cloud.google.com/error-reporting/docs/formatting-error-messages>
    package func bytes(at instant: Instant, from origin: LogOrigin, masking mask: LogMask) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(768)
        bytes += #"{"severity":""#.utf8
        bytes += severity.rawValue.utf8
        bytes += #"","time":""#.utf8
        bytes += CivilTime(instant).rfc3339.utf8
        bytes += #"","message":"#.utf8
        JSONValue.own(message).write(to: &bytes)
        bytes += origin.members
        if severity >= .error {
            bytes += origin.errorMembers
            if let place { write("context", .object([("reportLocation", place.document)]), to: &bytes) { _ in nil } }
        }
        writeTrace(origin, to: &bytes)
        for (name, value) in fields { write(name, value, to: &bytes) { mask($0) } }
        bytes += "}\n".utf8
        return bytes
    }

    private func write(
        _ name: String, _ value: JSONValue, to bytes: inout [UInt8], replacing replace: (String) -> String?
    ) {
        bytes.append(UInt8(ascii: ","))
        JSONValue.own(name).write(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.write(to: &bytes, replacing: replace)
    }

    private func writeTrace(_ origin: LogOrigin, to bytes: inout [UInt8]) {
        guard !trace.isNone else { return }
        bytes += origin.traceStart
        trace.writeTraceID(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        if trace.hasSpan {
            bytes += #","logging.googleapis.com/spanId":""#.utf8
            trace.writeSpanID(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        if let isSampled = trace.isSampled {
            bytes += #","logging.googleapis.com/trace_sampled":"#.utf8
            bytes += isSampled ? "true".utf8 : "false".utf8
        }
    }
}
