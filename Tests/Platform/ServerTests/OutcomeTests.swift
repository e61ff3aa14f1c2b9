import EventLoop
import HTTP
import JSON
import Kernel
import Log
import Server
import Support
import Testing

@Suite("Request log's outcomes")
struct OutcomeTests {
    private static let traceparent = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n"

    @Test("a refusal is logged as answered; a failure is an error with its request, grouped by route and status")
    func failed() async throws {
        let server = try await TestServer { request throws(Refusal) in
            throw request.path == "/echo" ? .notFound : .failed
        }
        _ = try server.exchange("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.logged.contains(#""outcome":"answered""#) && !server.logged.contains("@type"))
        _ = try server.exchange("POST /items/s3cret HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        let line = try #require(server.logged.split(separator: "\n").last)
        #expect(line.contains(#""message":"POST /items/{id} 500""#) && line.contains(#""outcome":"failed""#))
        #expect(line.contains("ReportedErrorEvent"))
        #expect(line.contains(#""serviceContext":{"service":"test","version":"test-00001"}"#))
        #expect(
            line.contains(
                #""context":{"httpRequest":{"method":"POST","url":"/items/{id}","responseStatusCode":500}}"#))
        #expect(!line.contains("reportLocation") && !line.contains("s3cret"))
    }

    @Test("a handler that exceeds its time limit is logged as late")
    func late() async throws {
        var limits = ServerLimits.patient
        limits.requestTime = .milliseconds(50)
        let server = try await TestServer(limits: limits) { _ in
            do { try await Loop.sleep(for: .seconds(3_600)) } catch {}
            return Response(status: 200)
        }
        _ = try server.exchange("GET /echo HTTP/1.1\r\nHost: x\r\n\(Self.traceparent)\r\n")
        #expect(server.logged.contains(#""message":"GET /echo 503""#) && server.logged.contains(#""outcome":"late""#))
        #expect(server.logged.contains("projects/shop/traces/0af7651916cd43dd8448eb211c80319c"))
        #expect(server.logged.split(separator: "\n").count == 1)
    }

    @Test("a request cut off by the drain is abandoned, and still has its line")
    func abandoned() async throws {
        var limits = ServerLimits.patient
        limits.drainTime = .milliseconds(10)
        let line = try await onLoop {
            let (started, written) = (Outcome<Void, Never>(), Outcome<LogLine, Never>())
            let log = RequestLog(
                Log { line in Loop.start { written.settle(.success(line)) } }, routes: ["/echo"], trustedHops: 0)
            let server = Server(limits: limits, requestLog: log, isReady: { true }) { _ in
                await started.settle(.success(()))
                do { try await Loop.sleep(for: .seconds(3_600)) } catch {}
                return Response(status: 204)
            }
            let connection = try RawConnection(port: try server.listen(host: "127.0.0.1", port: 0))
            connection.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
            await started.value()
            await server.drain()
            return await written.value()
        }
        #expect(line.message == "GET /echo 204")
        #expect(line.fields.contains { $0.0 == "outcome" && $0.1 == "abandoned" })
    }

    @Test("an invalid message is rejected, with its trace where it has one")
    func rejected() async throws {
        let server = try await TestServer(handler: echo)
        _ = try server.exchange("BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.logged.contains(#""outcome":"rejected""#) && server.logged.contains(#""severity":"WARNING""#))
        _ = try server.exchange(
            "POST /echo HTTP/1.1\r\nHost: x\r\n\(Self.traceparent)Expect: 200-maybe\r\nContent-Length: 1\r\n\r\na")
        let line = try #require(server.logged.split(separator: "\n").last)
        #expect(line.contains("Expectation failed") && line.contains("traces/0af7651916cd43dd8448eb211c80319c"))
    }
}
