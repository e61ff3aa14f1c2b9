import FoundationEssentials
import JSON
import Kernel
import Log
import Testing

@Suite("Log line")
struct LogLineTests {
    private let start = Instant(unixSeconds: 0)
    private let mask = LogMask(.addresses)

    @Test("is one JSON line in Cloud Logging's names")
    func line() {
        let line = LogLine(.info, "listening", [("port", 8080)])
        let text = String(decoding: line.bytes(at: start, from: LogOrigin("webhook"), masking: mask), as: UTF8.self)
        #expect(
            text == #"{"severity":"INFO","time":"1970-01-01T00:00:00.000000Z","message":"listening","#
                + #""function":"webhook","port":8080}"# + "\n")
    }

    @Test("names the revision and the trace, each in the form that the platform reads")
    func origin() throws {
        let trace = try #require(TraceContext(id: (0x0af7_6519_16cd_43dd, 1), span: 255, isSampled: true))
        let origin = LogOrigin("webhook", service: "shop-webhook", revision: "shop-webhook-00007-abc", project: "shop")
        let line = LogLine(.notice, "a \"b\"", [("order", "1")], trace: trace)
        #expect(
            String(decoding: line.bytes(at: start, from: origin, masking: mask), as: UTF8.self)
                == #"{"severity":"NOTICE","time":"1970-01-01T00:00:00.000000Z","message":"a \"b\"","#
                + #""function":"webhook","revision":"shop-webhook-00007-abc","#
                + #""logging.googleapis.com/trace":"projects/shop/traces/0af7651916cd43dd0000000000000001","#
                + #""logging.googleapis.com/spanId":"00000000000000ff","logging.googleapis.com/trace_sampled":true,"#
                + #""order":"1"}"# + "\n")
    }

    @Test("a trace without a span or a project is logged without them")
    func bareTrace() throws {
        let trace = try #require(TraceContext(id: (0, 1), span: 0, isSampled: nil))
        let text = String(
            decoding: LogLine(.info, "x", trace: trace).bytes(at: start, from: LogOrigin("a"), masking: mask),
            as: UTF8.self)
        #expect(text.contains(#""logging.googleapis.com/trace":"00000000000000000000000000000001"}"#))
    }

    @Test("an address in a text from outside is masked, in every field and however it is written")
    func masked() throws {
        let said = "550 <ada@customer.example>: unknown; ask bob%40customer.example"
        let line = LogLine(
            .warning, "mail postponed",
            [
                ("reason", .string(said)), ("all", .array([.object([("said", .string(said))])])),
                ("row", .written(#"{"a":"ada@customer.example"}"#)),
            ])
        let text = String(decoding: line.bytes(at: start, from: LogOrigin("a"), masking: mask), as: UTF8.self)
        #expect(!text.contains("ada") && !text.contains("bob") && !text.contains("customer"))
        #expect(
            text.contains(
                #""reason":"550 <…>: unknown; ask …","all":[{"said":"550 <…>: unknown; ask …"}],"row":{"a":"…"}"#))
    }

    @Test("what a log was made to mask is masked; what is the program's own is not")
    func callersText() {
        let recognizer = Recognizer(alsoFinding: { $0.scalars.first == "x" ? [0..<1] : [] }, if: { $0[0] == 0x78 })
        let line = LogLine(.info, "a", [("a", .string("x1")), ("b", .string("y1")), ("c", "x2"), ("d", .own("x@y.z"))])
        let text = String(
            decoding: line.bytes(at: start, from: LogOrigin("a"), masking: LogMask(recognizer)), as: UTF8.self)
        #expect(text.hasSuffix(#""a":"…1","b":"y1","c":"x2","d":"x@y.z"}"# + "\n"))
    }

    @Test("a long text is masked again and again, and one that has nothing to mask is written again and again")
    func repeated() {
        let (quoted, plain) = ("ada@customer.example said it in many words", "nobody said anything in as many words")
        let lines = [quoted, quoted, plain, plain, quoted].map { text in
            let line = LogLine(.info, "a", [("said", .string(text))])
            return String(decoding: line.bytes(at: start, from: LogOrigin("a"), masking: mask), as: UTF8.self)
        }
        #expect(lines.map { $0.contains("… said it in many words") } == [true, true, false, false, true])
        #expect(lines.map { $0.contains(plain) } == [false, false, true, true, false])
    }

    @Test("an error is marked for Error Reporting")
    func error() throws {
        let lines = Lines()
        Log { lines.add($0) }(.error, "stopped\nhere", [("reason", "x")])
        let origin = LogOrigin("webhook", service: "shop-webhook", revision: "r1")
        let bytes = try #require(lines.all.first).bytes(at: start, from: origin, masking: mask)
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let read = try JSONDecoder().decode(ErrorLine.self, from: Data(bytes))
        #expect(read.type == "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent")
        #expect(read.serviceContext == ["service": "shop-webhook", "version": "r1"])
        #expect(read.context.reportLocation.filePath == "LogTests/LogLineTests.swift")
        #expect(read.context.reportLocation.functionName == "error()")
        #expect(read.context.reportLocation.lineNumber > 0)
    }

    @Test("a line below error is not marked for Error Reporting", arguments: Severity.allCases.filter { $0 < .error })
    func noError(severity: Severity) {
        let lines = Lines()
        Log { lines.add($0) }(severity, "x")
        let text = lines.all.map {
            String(decoding: $0.bytes(at: start, from: LogOrigin("a"), masking: mask), as: UTF8.self)
        }.joined()
        #expect(!text.contains("@type") && !text.contains("context") && !text.isEmpty)
    }

    @Test("a line belongs to the trace of the task that writes it")
    func current() throws {
        let trace = try #require(TraceContext(id: (1, 2), span: 3, isSampled: nil))
        let lines = Lines()
        let log = Log { lines.add($0) }
        TraceContext.$current.withValue(trace) { log(.info, "in") }
        log(.info, "out")
        #expect(lines.all.map(\.trace) == [trace, .none])
    }
}

/// The fields that Error Reporting reads.
private struct ErrorLine: Decodable {
    struct Context: Decodable { let reportLocation: Location }
    struct Location: Decodable {
        let filePath: String
        let lineNumber: Int
        let functionName: String
    }

    let type: String
    let serviceContext: [String: String]
    let context: Context

    enum CodingKeys: String, CodingKey {
        case type = "@type"
        case serviceContext, context
    }
}
