import Glibc

/// A blocking TCP connection that sends and reads exact bytes, for what no well-behaved client would do.
package final class RawConnection: Sendable {
    private let descriptor: Int32

    /// Connects to `port` on the loopback address; reads time out after `patience` seconds.
    ///
    /// Every `send` leaves at once. `receiveBuffer` is the size of the kernel's receive buffer. The connection comes from
    /// 127.0.0.`client`: each is another client to a server.
    package init(port: Int, patience: Int = 60, receiveBuffer: Int32? = nil, client: UInt8 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        if client != 1 {
            let source = 0x7F00_0000 | UInt32(client)
            let status = unsafe RawConnection.with(source, port: 0) { unsafe bind(descriptor, $0, $1) }
            guard status == 0 else { throw Fault.notConnected(errno) }
        }
        let status = unsafe RawConnection.with(0x7F00_0001, port: port) { unsafe connect(descriptor, $0, $1) }
        guard status == 0 else { throw Fault.notConnected(errno) }
    }

    /// Calls `body` with an IPv4 address and a port.
    private static func with(
        _ host: UInt32, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe body(
                UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }

    /// Raises the number of sockets that this process may have as far as it can.
    package static func allowMany() {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    deinit { _ = Glibc.close(descriptor) }

    /// The possible failures.
    package enum Fault: Error {
        case notConnected(Int32)
    }

    /// Sends `text`; a peer that has closed is no fault here, reading will show it.
    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends `bytes`.
    package func send(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let sent = unsafe bytes[offset...].withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            offset += sent
        }
    }

    /// Shuts down the sending side.
    package func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close at deinitialization a reset, like that of a peer that died.
    package func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads what has arrived, at most `limit` bytes; empty if the peer has closed or after the timeout.
    package func readSome(_ limit: Int = 65_536) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Reads until `isEnough`, the peer closes, or the timeout.
    package func read(until isEnough: (String) -> Bool) -> String {
        var received: [UInt8] = []
        while !isEnough(String(decoding: received, as: UTF8.self)) {
            let some = readSome()
            if some.isEmpty { break }
            received += some
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads until the peer closes.
    package func readToEnd() -> String {
        var received: [UInt8] = []
        while true {
            let some = readSome()
            if some.isEmpty { return String(decoding: received, as: UTF8.self) }
            received += some
        }
    }

    private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
