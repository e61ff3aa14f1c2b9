internal import Files
import Glibc

/// Checks the health of the process already serving on this machine's port.
///
/// An image that contains a single executable has no shell and no HTTP client for its supervisor to use, so the
/// executable can be started a second time, with `--health`. The check uses the same socket and the same parser as any
/// client: <https://docs.docker.com/reference/dockerfile/#healthcheck>.
package enum HealthCheck {
    /// The only argument that starts a health check.
    static let argument = "--health"

    /// Exits if `--health` is the only argument: with status 0 if `path` returned 200, else 1.
    ///
    /// Reads the other process's address from `HOST` and `PORT`, as that process did; needs no other setting.
    ///
    /// - Parameters:
    ///   - path: the path to request, such as `/readyz`.
    ///   - usualPort: the port if `PORT` is absent.
    package static func runIfRequested(_ path: String, usualPort: Int = 8080) {
        guard CommandLine.arguments.count == 2, CommandLine.arguments[1] == argument else { return }
        let environment = ProcessEnvironment.variables
        let port = environment["PORT"].flatMap { $0.isEmpty ? nil : $0 } ?? String(usualPort)
        let fault = trouble(host: environment["HOST"] ?? "", port: port, path: path)
        if let fault { _ = StandardStream.error.write("\(fault)\n") }
        exit(fault == nil ? EXIT_SUCCESS : EXIT_FAILURE)
    }

    /// Returns what is wrong with the response, in one line; `nil` if its status is 200.
    ///
    /// - Parameters:
    ///   - host: the numeric address the server listens on; the loopback address replaces an unspecified or empty one.
    ///   - seconds: the timeout for connecting, sending and reading, each; longer than a call waits for a database
    ///     connection, so that the response arrives in time.
    static func trouble(host: String, port: String, path: String, within seconds: Int = 8) -> String? {
        guard let connection = connect(to: reachable(host), port: port, within: seconds) else {
            return "nothing answers at port \(port)"
        }
        defer { close(connection) }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(request, over: connection) else { return "port \(port) takes no request" }
        let status = status(over: connection)
        if status == "200" { return nil }
        return status.isEmpty ? "port \(port) gives no answer" : "\(path) is answered with \(status)"
    }

    private static func reachable(_ host: String) -> String {
        switch host {
        case "", "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    private static func connect(to host: String, port: String, within seconds: Int) -> Int32? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, port, &hints, &found) == 0, let address = unsafe found else { return nil }
        defer { unsafe freeaddrinfo(address) }
        let kind = unsafe address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
        let connection = unsafe socket(address.pointee.ai_family, kind, 0)
        guard connection >= 0 else { return nil }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard unsafe Glibc.connect(connection, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            close(connection)
            return nil
        }
        return connection
    }

    /// Returns whether all bytes were accepted; the request is far smaller than a socket's buffer.
    private static func send(_ text: String, over connection: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Returns the status of the response, or an empty string if none arrives.
    private static func status(over connection: Int32) -> String {
        let start = Array("HTTP/1.1 ".utf8)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: start.count + 3)
        while answer.count < start.count + 3 {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return "" }
            answer += buffer.prefix(count)
        }
        guard answer.starts(with: start) else { return "" }
        return String(decoding: answer[start.count..<start.count + 3], as: UTF8.self)
    }
}
