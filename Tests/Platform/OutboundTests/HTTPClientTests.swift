import EventLoop
import Glibc
import HTTP
import Outbound
import Support
import Testing

@Suite("HTTP client", .serialized, .timeLimit(.minutes(15)))
struct HTTPClientTests {
    @Test("the linked libcurl resolves names off the loop and speaks what we need")
    func library() { #expect(CurlLibrary.missing.isEmpty) }

    @Test("a request arrives unchanged, with only the fields HTTP needs added")
    func request() async throws {
        try await withServer { server, client in
            let fields: Fields = ["Authorization": "Bearer x", "X-Empty": ""]
            let call = HTTPCall(
                .post, server.url("/echo/./a%2Fb?q=%20"), fields: fields, body: Array("a\0b".utf8))
            let answer = try await client.send(call)
            let expected = """
                POST /echo/./a%2Fb?q=%20
                accept=*/*
                authorization=Bearer x
                content-length=3
                host=127.0.0.1:\(server.port)
                x-empty=

                a\0b
                """
            #expect(answer.status == 200)
            #expect(answer.body == Array(expected.utf8))
        }
    }

    @Test("every method arrives under its name, with a length where there may be a body", arguments: Method.allCases)
    func methods(method: Method) async throws {
        try await withServer { server, client in
            try await client.expect(200, for: HTTPCall(method, server.url("/status/200")))
            try await server.said("request \(method.rawValue) /status/200")
            guard method != .head else { return }
            let echo = try await client.send(HTTPCall(method, server.url("/echo"))).text
            #expect(echo.contains("content-length=0") == [.post, .put, .patch].contains(method))
            #expect(!echo.contains("content-type") && !echo.contains("expect"))
            let full = try await client.send(HTTPCall(method, server.url("/echo"), body: [65])).text
            #expect(full.hasPrefix(method.rawValue) && full.hasSuffix("\n\nA"))
        }
    }

    @Test("a body of two megabytes arrives whole")
    func largeBody() async throws {
        try await withServer { server, client in
            let body = [UInt8](repeating: 65, count: 2 << 20)
            let call = HTTPCall(.put, server.url("/echo"), body: body, maxAnswerBytes: 3 << 20)
            let answer = try await client.send(call)
            #expect(answer.body.suffix(body.count) == body[...])
        }
    }

    @Test("every status is an answer", arguments: [200, 201, 204, 304, 400, 401, 404, 409, 429, 500, 503])
    func statuses(status: Int) async throws {
        try await withServer { server, client in
            try await client.expect(status, for: HTTPCall(.get, server.url("/status/\(status)")))
        }
    }

    @Test("a redirect is returned and not followed")
    func redirect() async throws {
        try await withServer { server, client in
            let answer = try await client.send(HTTPCall(.get, server.url("/redirect")))
            #expect(answer.status == 302)
            #expect(answer.fields["Location"] == "/status/200")
            #expect(server.count("request") == 1)
        }
    }

    @Test("fields keep their order and repetition, and their names have no case")
    func fields() async throws {
        try await withServer { server, client in
            let fields = try await client.send(HTTPCall(.get, server.url("/fields"))).fields
            #expect(fields["X-Mixed-Case"] == "One")
            #expect(fields.values("Set-Cookie") == ["a=1", "b=2"])
            #expect(fields["x-empty"] == "")
        }
    }

    @Test("an interim response is skipped, and trailers are no fields")
    func interim() async throws {
        try await withServer { server, client in
            let answer = try await client.send(HTTPCall(.get, server.url("/interim")))
            #expect(answer.status == 200 && answer.text == "final")
            #expect(answer.fields["Link"] == nil && answer.fields["X-Final"] == "yes")
            let trailed = try await client.send(HTTPCall(.get, server.url("/trailers")))
            #expect(trailed.text == "abc" && trailed.fields["X-Late"] == nil)
        }
    }

    @Test("calls one after the other share a connection")
    func reuse() async throws {
        try await withServer { server, client in
            for _ in 0..<5 { _ = try await client.send(HTTPCall(.post, server.url("/status/200"), body: [1])) }
            try await server.said("request", times: 5)
            #expect(server.count("connection") == 1)
        }
    }

    @Test("an idempotent call is sent again when its kept connection is dead, another is not")
    func deadConnection() async throws {
        try await withServer { server, client in
            let url = server.url("/die-on-second")
            try await client.expect(200, for: HTTPCall(.get, url))
            try await client.expect(200, for: HTTPCall(.get, url))
            await #expect(throws: OutboundFault.brokenAnswer) { try await client.send(HTTPCall(.post, url, body: [1])) }
            #expect(server.count("request POST") == 1)
            try await client.expect(200, for: HTTPCall(.get, url))
            let keyed = HTTPCall(.post, url, fields: ["idempotency-key": "k"], body: [1])
            try await client.expect(200, for: keyed)
            #expect(server.count("request POST") == 3)
        }
    }

    @Test("a broken response is reported as one", arguments: ["cut", "nothing", "nonsense", "folded"])
    func brokenAnswers(path: String) async throws {
        try await withServer { server, client in
            await #expect(throws: OutboundFault.brokenAnswer) {
                try await client.send(HTTPCall(.get, server.url("/" + path)))
            }
        }
    }

    @Test("a response is read up to the limit and not a byte further")
    func limit() async throws {
        try await withServer { server, client in
            let fits = HTTPCall(.get, server.url("/large/100000"), maxAnswerBytes: 100_000)
            let answer = try await client.send(fits)
            #expect(answer.body.count == 100_000)
            let tooLong = HTTPCall(.get, server.url("/large/100000"), maxAnswerBytes: 99_999)
            await #expect(throws: OutboundFault.answerTooLarge) { try await client.send(tooLong) }
            let endless = HTTPCall(.get, server.url("/endless"), maxAnswerBytes: 10_000)
            await #expect(throws: OutboundFault.answerTooLarge) { try await client.send(endless) }
            let header = HTTPCall(.get, server.url("/many-fields"))
            await #expect(throws: OutboundFault.answerTooLarge) { try await client.send(header) }
        }
    }

    @Test("the total deadline holds wherever the server stops", arguments: ["hang", "hang-in-body"])
    func deadline(path: String) async throws {
        try await withServer { server, client in
            let call = HTTPCall(.get, server.url("/" + path), totalTimeout: .milliseconds(200))
            await #expect(throws: OutboundFault.timedOut(.maybeSent)) { try await client.send(call) }
            try await server.said("closed")
        }
    }

    @Test("the total deadline holds while waiting for a free connection")
    func deadlineInQueue() async throws {
        try await withServer(HTTPClient.make(connectionsPerHost: 1)) { server, client in
            let hanging = HTTPCall(.get, server.url("/hang"), totalTimeout: .seconds(3600))
            let first = Loop.start { try? await client.send(hanging) }
            try await server.said("request GET /hang")
            let second = HTTPCall(.get, server.url("/status/200"), totalTimeout: .milliseconds(200))
            await #expect(throws: OutboundFault.timedOut(.notSent)) { try await client.send(second) }
            first.cancel()
            _ = await first.value
            try await client.expect(200, for: HTTPCall(.get, server.url("/status/200")))
        }
    }

    @Test("the connection's deadline covers the TLS handshake")
    func connectDeadline() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("smtp_script.py", "greeting", "hang")
            let call = HTTPCall(.get, "https://127.0.0.1:\(server.port)/", connectTimeout: .milliseconds(200))
            await #expect(throws: OutboundFault.timedOut(.notSent)) { try await HTTPClient().send(call) }
        }
    }

    @Test("a cancelled call ends at once and closes its connection")
    func cancellation() async throws {
        try await withServer { server, client in
            let task = Loop.start { () async -> OutboundFault? in
                do throws(OutboundFault) {
                    _ = try await client.send(HTTPCall(.get, server.url("/hang"), totalTimeout: .seconds(3600)))
                    return nil
                } catch { return error }
            }
            try await server.said("request GET /hang")
            task.cancel()
            #expect(await task.value == .cancelled(.maybeSent))
            try await server.said("closed")
        }
    }

    @Test("a call in a cancelled task is not sent")
    func cancelledBefore() async throws {
        try await withServer { server, client in
            let task = Loop.start { () async -> OutboundFault? in
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                do throws(OutboundFault) {
                    _ = try await client.send(HTTPCall(.get, server.url("/status/200")))
                    return nil
                } catch { return error }
            }
            #expect(await task.value == .cancelled(.notSent))
        }
    }

    @Test("a closed port and an unknown name are reported as no connection")
    func noConnection() async throws {
        try await onLoop {
            let client = HTTPClient()
            for url in ["http://127.0.0.1:1/", "https://no-such-host.invalid/"] {
                await #expect(throws: OutboundFault.couldNotConnect) { try await client.send(HTTPCall(.get, url)) }
            }
        }
    }

    @Test("no proxy is taken from the environment")
    func noProxy() async throws {
        try await withServer { server, client in
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                unsafe setenv(name, "http://127.0.0.1:1", 1)
            }
            defer { for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] { unsafe unsetenv(name) } }
            try await client.expect(200, for: HTTPCall(.get, server.url("/status/200")))
        }
    }

    @Test("the loop runs while a hundred calls wait, and then all complete")
    func concurrency() async throws {
        try await withServer(HTTPClient.make(connectionsPerHost: 101)) { server, client in
            let call = HTTPCall(.get, server.url("/gather/101"))
            let calls = (0..<100).map { _ in Loop.start { try? await client.send(call).body.count } }
            try await server.said("request", times: 100)
            try await ticks(50)
            _ = try await client.send(call)
            for call in calls { #expect(await call.value == 20_000) }
        }
    }

    @Test("a hundred calls share a few connections")
    func limitedConnections() async throws {
        try await withServer(HTTPClient.make(connectionsPerHost: 3)) { server, client in
            let call = HTTPCall(.get, server.url("/large/5000"))
            let calls = (0..<100).map { _ in Loop.start { try? await client.send(call).body.count } }
            for call in calls { #expect(await call.value == 5000) }
            #expect(server.count("connection") <= 3)
        }
    }
}
