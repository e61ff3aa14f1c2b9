import EventLoop
import HTTP
import Kernel
import Outbound
import Support
import Testing

@Suite("HTTP client and traces", .timeLimit(.minutes(15)))
struct TraceTests {
    @Test("a call that continues the trace names the caller's span; others, and those without a span, name nothing")
    func traceparent() async throws {
        let trace = try #require(TraceContext(id: (0x0af7_6519_16cd_43dd, 2), span: 7, isSampled: true))
        let spanless = try #require(TraceContext(id: (1, 2), span: 0, isSampled: true))
        try await withServer { server, client in
            let plain = HTTPCall(.get, server.url("/echo"))
            var continued = plain
            continued.continuesTrace = true
            let texts = try await TraceContext.$current.withValue(trace) {
                [try await client.send(plain).text, try await client.send(continued).text]
            }
            #expect(!texts[0].contains("traceparent"))
            #expect(texts[1].contains("traceparent=00-0af7651916cd43dd0000000000000002-0000000000000007-01\n"))
            let without = try await TraceContext.$current.withValue(spanless) { try await client.send(continued).text }
            #expect(!without.contains("traceparent"))
            #expect(try await !client.send(continued).text.contains("traceparent"))
        }
    }
}
