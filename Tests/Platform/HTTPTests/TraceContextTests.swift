import HTTP
import Kernel
import Testing

private let trace = "0af7651916cd43dd8448eb211c80319c"
private let span = "b7ad6b7169203331"

@Suite("Trace context")
struct TraceContextTests {
    @Test(
        "continues what traceparent names, with the caller's own span and its word on sampling",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-ff", true),
            ("00-\(trace)-\(span)-02", false), ("cc-\(trace)-\(span)-01", true), ("cc-\(trace)-\(span)-01-x", true),
        ])
    func w3c(value: String, isSampled: Bool) {
        let context = TraceContext(["traceparent": value, "X-Cloud-Trace-Context": "\(trace)/1"])
        #expect(context.traceparent == "00-\(trace)-\(span)-\(isSampled ? "01" : "00")")
        #expect(context.isSampled == isSampled)
    }

    @Test(
        "takes nothing from a traceparent that is not exactly one",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-0g",
            "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-x", "00-\(trace)-\(span)-011",
            "cc-\(trace)-\(span)-01.x",
            "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01", "00-\(trace)-\(span)-0A",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            "00-\(trace.dropLast())-\(span)-01",
            "00-\(trace)0-\(span)-01", "00_\(trace)_\(span)_01", " 00-\(trace)-\(span)-01",
            "00-+\(trace.dropLast())-\(span)-01",
        ])
    func notW3C(value: String) {
        #expect(TraceContext(["traceparent": value]) == .none)
        #expect(TraceContext(["traceparent": value, "X-Cloud-Trace-Context": trace]).isNone == false)
    }

    @Test("a traceparent that comes twice names none, even when both are the same")
    func twice() {
        let value = "00-\(trace)-\(span)-01"
        #expect(TraceContext(["traceparent": value, "Traceparent": value]).isNone)
    }

    @Test(
        "reads the platform's own header",
        arguments: [
            ("\(trace)/255;o=1", "00-\(trace)-00000000000000ff-01"),
            ("\(trace)/18446744073709551615;o=0", "00-\(trace)-ffffffffffffffff-00"),
            ("\(trace)/1", "00-\(trace)-0000000000000001-00"),
        ])
    func cloud(value: String, traceparent: String) {
        #expect(TraceContext(["X-Cloud-Trace-Context": value]).traceparent == traceparent)
    }

    @Test("a trace without a span is logged and not passed on", arguments: [trace, "\(trace);o=1", "\(trace)/0;o=1"])
    func noSpan(value: String) {
        let context = TraceContext(["X-Cloud-Trace-Context": value])
        #expect(!context.isNone && !context.hasSpan && context.traceparent == nil)
    }

    @Test(
        "takes nothing from another text in the platform's header",
        arguments: [
            "", "/", ";", "x", "/1;o=1", "\(trace)/", "\(trace)/x", "\(trace)/+1", "\(trace)/-1", "\(trace)/1;o=",
            "\(trace)/1;o=x", "\(trace)/1;p=1", "\(trace)/18446744073709551616", "\(trace.dropLast())/1", "\(trace)0/1",
            "00000000000000000000000000000000/1", "\(trace)/1;o=1;o=1",
        ])
    func notCloud(value: String) {
        #expect(TraceContext(["X-Cloud-Trace-Context": value]) == .none)
    }
}
