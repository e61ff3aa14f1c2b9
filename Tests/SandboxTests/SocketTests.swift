import EventLoop
import HTTP
import Kernel
import Log
import Outbound
import Support
import Testing

@testable import Sandbox

@Suite("Both servers over sockets")
struct SocketTests {
    private func routes() async throws -> Routes {
        let settings = try SandboxSettings(TestSandbox.environment)
        return try await onLoop { try Routes(settings, log: Log { _ in }) { _, _, _, _ in 200 } }
    }

    private func exchange(_ port: Int, _ text: String) throws -> String {
        let connection = try RawConnection(port: port)
        connection.send(text)
        connection.finishSending()
        return connection.readToEnd()
    }

    @Test("Stripe answers at one port, Cloud Storage at the other")
    func both() async throws {
        let routes = try await routes()
        let call = "GET /v1/balance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestSandbox.key)\r\n\r\n"
        let answer = try exchange(try await onLoop { routes.stripePort }, call)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\n}\n"))
        let object = try exchange(
            try await onLoop { routes.storagePort }, "GET /shop/a.zip HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(object.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(object.contains("<Code>AccessDenied</Code>"))
        try await onLoop { await routes.drain() }
    }

    @Test("a cut response ends in the middle, and the connection with it")
    func cut() async throws {
        let routes = try await routes()
        let port = try await onLoop {
            routes.sandbox.faults.add(Fault(kind: .cut, calls: 1, path: "", milliseconds: 0))
            return routes.stripePort
        }
        let url = "http://127.0.0.1:\(port)/v1/balance"
        let call = HTTPCall(.get, url, fields: ["Authorization": "Bearer \(TestSandbox.key)"])
        await #expect(throws: OutboundFault.brokenAnswer) {
            try await onLoop { () throws(OutboundFault) in try await HTTPClient().send(call) }
        }
        let whole = try await onLoop { try await HTTPClient().send(call) }
        #expect(whole.status == 200)
        try await onLoop { await routes.drain() }
    }
}
