import EventLoop
import Glibc
import HTTP
import Outbound
import Support
import Testing

@Suite("HTTP client's policy", .serialized, .timeLimit(.minutes(15)))
struct HTTPPolicyTests {
    @Test(
        "refuses other schemes, plain HTTP to other hosts, and logins in URLs",
        arguments: [
            "", "no url", "/path", "example.com", "ftp://example.com/", "file:///etc/passwd", "smtp://127.0.0.1/",
            "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
            "http://0.0.0.0:1/", "http://[::2]/", "https://user@example.com/", "https://user:pass@example.com/",
            "http://user@127.0.0.1/", "http://127.0.0.1@example.com/", "https://exa mple.com/", "https://a/\r\nX: y",
        ])
    func refused(url: String) async throws {
        try await onLoop { () async throws -> Void in
            await #expect(throws: OutboundFault.refusedByPolicy) {
                try await HTTPClient().send(HTTPCall(.get, url, connectTimeout: .milliseconds(100)))
            }
        }
    }

    @Test("refuses field names that would break the request", arguments: ["", "A B", "A:", "A\r\nB", "Ä"])
    func fieldNames(name: String) async throws {
        try await withServer { server, client in
            var fields = Fields()
            fields.append(name, "x")
            await #expect(throws: OutboundFault.refusedByPolicy) {
                try await client.send(HTTPCall(.get, server.url("/status/200"), fields: fields))
            }
            #expect(server.count("connection") == 0)
        }
    }

    @Test("plain HTTP to another host must be allowed")
    func plain() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("http_server.py")
            // This machine, under an address that is not recognized as loopback.
            let call = HTTPCall(.get, "http://0.0.0.0:\(server.port)/status/200")
            await #expect(throws: OutboundFault.refusedByPolicy) { try await HTTPClient().send(call) }
            try await HTTPClient(allowsPlain: true).expect(200, for: call)
        }
    }

    @Test("a certificate is accepted when its authority is trusted, and only then")
    func trusted() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("http_server.py", "good")
            let call = HTTPCall(.get, "https://localhost:\(server.port)/status/200")
            await #expect(throws: OutboundFault.tls) { try await HTTPClient().send(call) }
            let client = HTTPClient(caFile: server.certificate)
            for _ in 0..<3 { try await client.expect(200, for: call) }
            #expect(server.count("connection") == 1)
        }
    }

    @Test(
        "a certificate for another host, one out of date, TLS before 1.2 and a weak cipher are refused",
        arguments: ["wrong-host", "expired", "old", "weak"])
    func untrusted(kind: String) async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("http_server.py", kind)
            await #expect(throws: OutboundFault.tls) {
                try await HTTPClient(caFile: server.certificate)
                    .send(HTTPCall(.get, "https://localhost:\(server.port)/status/200"))
            }
            #expect(server.count("request") == 0)
        }
    }

    @Test("a missing CA file does not disable verification")
    func noAuthorities() async throws {
        try await onLoop {
            let server = try await ScriptedServer.start("http_server.py", "good")
            await #expect(throws: OutboundFault.tls) {
                try await HTTPClient(caFile: "/nonexistent")
                    .send(HTTPCall(.get, "https://localhost:\(server.port)/status/200"))
            }
        }
    }

    @Test("what calls and faults print holds no secret")
    func printing() {
        let call = HTTPCall(
            .post, "https://api.example.com/secret?secret=secret", fields: ["Authorization": "secret"],
            body: Array("secret".utf8))
        var dumped = ""
        dump(call, to: &dumped)
        for text in ["\(call)", String(reflecting: call), dumped] {
            #expect(!text.contains("secret"))
            #expect(text.contains("POST api.example.com"))
        }
        #expect("\(OutboundFault.timedOut(.maybeSent))" == "timed out waiting for the answer")
    }

    @Test("a fault says whether the server may have acted")
    func knowledge() {
        let never: [OutboundFault] = [
            .couldNotConnect, .tls, .refusedByPolicy, .timedOut(.notSent), .cancelled(.notSent),
        ]
        let maybe: [OutboundFault] = [.timedOut(.maybeSent), .cancelled(.maybeSent), .brokenAnswer, .answerTooLarge]
        #expect(never.allSatisfy { !$0.mayHaveReachedServer })
        #expect(maybe.allSatisfy { $0.mayHaveReachedServer })
    }
}
