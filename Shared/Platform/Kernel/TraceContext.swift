/// The trace of a piece of work, which links its log lines and its outgoing calls.
///
/// IDs are stored as numbers, so that a request's trace allocates no memory.
/// Source: <https://www.w3.org/TR/trace-context/>
package struct TraceContext: Equatable, Sendable {
    /// The upper and lower half of the trace ID; both 0 if there is no trace.
    private let upper: UInt64
    private let lower: UInt64
    /// The caller's span; 0 if unknown.
    private let span: UInt64
    /// Whether the caller records the trace; `nil` if it does not say.
    package let isSampled: Bool?

    /// The absence of a trace.
    package static let none = TraceContext(upper: 0, lower: 0, span: 0, isSampled: nil)

    /// The trace of the current task, used for its log lines and outgoing calls.
    @TaskLocal package static var current = TraceContext.none

    private init(upper: UInt64, lower: UInt64, span: UInt64, isSampled: Bool?) {
        self.upper = upper
        self.lower = lower
        self.span = span
        self.isSampled = isSampled
    }

    /// Creates a context from the two halves of a trace ID; `nil` if all bits are zero, which is not a valid ID.
    ///
    /// - Parameter span: the caller's span, 0 if unknown.
    package init?(id halves: (UInt64, UInt64), span: UInt64, isSampled: Bool?) {
        guard halves != (0, 0) else { return nil }
        self.init(upper: halves.0, lower: halves.1, span: span, isSampled: isSampled)
    }

    /// Whether there is no trace.
    package var isNone: Bool { upper == 0 && lower == 0 }
    /// Whether the caller's span is known.
    package var hasSpan: Bool { span != 0 }

    /// Appends the trace ID to `bytes` as 32 lower-case hexadecimal digits.
    package func writeTraceID(to bytes: inout [UInt8]) {
        write(upper, to: &bytes)
        write(lower, to: &bytes)
    }

    /// Appends the caller's span to `bytes` as 16 lower-case hexadecimal digits.
    package func writeSpanID(to bytes: inout [UInt8]) { write(span, to: &bytes) }

    /// The `traceparent` field for outgoing calls; `nil` if the trace or the span is unknown.
    ///
    /// We create no spans, so the caller's is passed on unchanged: the callee's parent is a span that exists.
    package var traceparent: String? {
        guard !isNone, hasSpan else { return nil }
        var bytes = Array("00-".utf8)
        writeTraceID(to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        writeSpanID(to: &bytes)
        bytes += isSampled == true ? "-01".utf8 : "-00".utf8
        return String(decoding: bytes, as: UTF8.self)
    }
}

private func write(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 60, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}
