import EventLoop
import Glibc
import HTTP
import Outbound
import Support
import Testing

extension HTTPClient {
    /// Sends a call and expects a response with this status.
    func expect(_ status: Int, for call: HTTPCall, at place: SourceLocation = #_sourceLocation) async throws {
        let answer = try await send(call)
        #expect(answer.status == status, sourceLocation: place)
    }

    static func make(connectionsPerHost: Int) -> @Loop @Sendable () -> HTTPClient {
        { HTTPClient(connectionsPerHost: connectionsPerHost, connections: connectionsPerHost) }
    }
}

extension HTTPAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension ScriptedServer {
    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }
}

/// Runs `body` on the loop with a plain server and a client.
func withServer(
    _ makeClient: @escaping @Loop @Sendable () -> HTTPClient = { HTTPClient() },
    _ body: @escaping @Loop @Sendable (ScriptedServer, HTTPClient) async throws -> Void
) async throws {
    try await onLoop {
        let server = try await ScriptedServer.start("http_server.py")
        try await body(server, makeClient())
    }
}
