/// The trace a piece of work belongs to, by which its log lines and the calls it makes are found together.
///
/// IDs are kept as numbers, so that a request's trace costs no memory of its own.
/// Source: <https://www.w3.org/TR/trace-context/>
package struct TraceContext: Equatable, Sendable {
    /// The upper and the lower half of the trace's ID; both 0 where there is no trace.
    private let upper: UInt64
    private let lower: UInt64
    /// The span that called us; 0 when it is not known.
    private let span: UInt64
    /// Whether the caller keeps the trace; `nil` when it does not say.
    package let isSampled: Bool?

    /// No trace.
    package static let none = TraceContext(upper: 0, lower: 0, span: 0, isSampled: nil)

    /// The trace of the present task's work, which whatever it logs and calls belongs to.
    @TaskLocal package static var current = TraceContext.none

    private init(upper: UInt64, lower: UInt64, span: UInt64, isSampled: Bool?) {
        self.upper = upper
        self.lower = lower
        self.span = span
        self.isSampled = isSampled
    }

    /// A trace by the two halves of its ID; `nil` when they are all zeros, which is no ID.
    ///
    /// - Parameter span: the caller's span, 0 when it is not known.
    package init?(id halves: (UInt64, UInt64), span: UInt64, isSampled: Bool?) {
        guard halves != (0, 0) else { return nil }
        self.init(upper: halves.0, lower: halves.1, span: span, isSampled: isSampled)
    }

    /// Whether there is no trace.
    package var isNone: Bool { upper == 0 && lower == 0 }
    /// Whether the caller's span is known.
    package var hasSpan: Bool { span != 0 }

    /// Adds the trace's ID in 32 lower-case hexadecimal digits to `bytes`.
    package func writeTraceID(to bytes: inout [UInt8]) {
        write(upper, to: &bytes)
        write(lower, to: &bytes)
    }

    /// Adds the caller's span in 16 lower-case hexadecimal digits to `bytes`.
    package func writeSpanID(to bytes: inout [UInt8]) { write(span, to: &bytes) }

    /// The field `traceparent` for calls that this work makes; `nil` when the trace or the span is not known.
    ///
    /// We keep no spans, so the caller's is passed on as it is: what we call hangs below a span that exists.
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
