import EventLoop
import Glibc
import HTTP
import Support
import Testing

@testable import Server

@Suite("Health check of a running process", .timeLimit(.minutes(15)))
struct HealthCheckTests {
    @Test("is healthy when the running process is ready")
    func ready() async throws {
        let server = try await TestServer(handler: echo)
        #expect(HealthCheck.trouble(host: "", port: "\(server.port)", path: "/readyz") == nil)
        #expect(HealthCheck.trouble(host: "0.0.0.0", port: "\(server.port)", path: "/readyz") == nil)
        #expect(HealthCheck.trouble(host: "127.0.0.1", port: "\(server.port)", path: "/healthz") == nil)
    }

    @Test("is unhealthy while its database is down")
    func notReady() async throws {
        let server = try await TestServer(isReady: { false }, handler: echo)
        let trouble = HealthCheck.trouble(host: "", port: "\(server.port)", path: "/readyz")
        #expect(trouble == "/readyz is answered with 503")
    }

    @Test("is unhealthy when nothing listens, or nothing could")
    func nobody() async throws {
        let server = try await TestServer(handler: echo)
        try await onLoop { await server.server.drain() }
        for port in ["\(server.port)", "http", "", "0"] {
            let trouble = HealthCheck.trouble(host: "", port: port, path: "/readyz")
            #expect(trouble == "nothing answers at port \(port)")
        }
        #expect(HealthCheck.trouble(host: "shop.example", port: "\(server.port)", path: "/readyz") != nil)
    }

    @Test("is unhealthy when the listener sends nothing, or no HTTP")
    func silence() throws {
        for answer in ["", "HTTP/1.1 20", "220 mail.example ESMTP"] {
            let peer = try OneAnswer(answer)
            let trouble = HealthCheck.trouble(host: "", port: "\(peer.port)", path: "/readyz", within: 1)
            #expect(trouble == "port \(peer.port) gives no answer")
        }
    }
}

/// A socket that sends its whole response to the first client and then closes.
private final class OneAnswer: Sendable {
    let port: Int

    init(_ answer: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            let raw = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return unsafe bind(listener, raw, length) + listen(listener, 1) + getsockname(listener, raw, &length)
        }
        guard status == 0 else { throw RawConnection.Fault.notConnected(errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        let argument = unsafe UnsafeMutableRawPointer(
            mutating: Unmanaged.passRetained(Talk(listener, answer)).toOpaque())
        var thread = pthread_t()
        guard unsafe pthread_create(&thread, nil, speak, argument) == 0 else {
            throw RawConnection.Fault.notConnected(errno)
        }
        pthread_detach(thread)
    }
}

private final class Talk: Sendable {
    let listener: Int32
    let answer: [UInt8]

    init(_ listener: Int32, _ answer: String) { (self.listener, self.answer) = (listener, Array(answer.utf8)) }
}

private func speak(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let talk = unsafe Unmanaged<Talk>.fromOpaque(argument).takeRetainedValue()
    let caller = accept(talk.listener, nil, nil)
    var request = [UInt8](repeating: 0, count: 1_024)
    _ = unsafe recv(caller, &request, request.count, 0)
    _ = unsafe send(caller, talk.answer, talk.answer.count, Int32(MSG_NOSIGNAL))
    close(caller)
    close(talk.listener)
    return nil
}
