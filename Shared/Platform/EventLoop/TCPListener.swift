internal import CUV
import Glibc

/// A socket that could not be bound or listened on.
package struct SocketFault: Error, Equatable, Sendable {
    /// libuv's error code, such as `EADDRINUSE`.
    package let code: String

    init(_ status: Int32) { code = unsafe String(cString: uv_err_name(status)) }
}

/// A listening TCP socket.
@Loop
@safe
package final class TCPListener {
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let onConnection: @Loop (TCPStream) -> Void
    private var isClosed = false

    /// Listens on `host`, a numeric address, and `port`; the system chooses a free port for 0.
    ///
    /// - Throws: `SocketFault` if the address is in use, not permitted, or not local to this machine.
    package init(
        host: String, port: Int, backlog: Int32 = 511, onConnection: @escaping @Loop (TCPStream) -> Void
    ) throws(SocketFault) {
        unsafe handle = .allocate(capacity: 1)
        self.onConnection = onConnection
        unsafe uv_tcp_init(EventLoop.shared.uv, handle)
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = listen(host: host, port: Int32(clamping: port), backlog: backlog)
        guard status == 0 else {
            close()
            throw SocketFault(status)
        }
    }

    /// The port it is bound to.
    package var port: Int {
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe uv_tcp_getsockname(
                handle, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard status == 0 else { return 0 }
        return unsafe withUnsafeBytes(of: address) { bytes in unsafe Int(bytes[2]) << 8 | Int(bytes[3]) }
    }

    /// Stops listening; accepted connections stay open.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { closed in
            guard let closed = unsafe closed else { return }
            unsafe Unmanaged<TCPListener>.fromOpaque(closed.pointee.data).release()
            unsafe UnsafeMutableRawPointer(closed).assumingMemoryBound(to: uv_tcp_t.self).deallocate()
        }
    }

    private func listen(host: String, port: Int32, backlog: Int32) -> Int32 {
        var address = sockaddr_storage()
        let parsed = unsafe withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return Int32(UV_EINVAL.rawValue) }
            if host.contains(":") {
                return unsafe uv_ip6_addr(host, port, base.assumingMemoryBound(to: sockaddr_in6.self))
            }
            return unsafe uv_ip4_addr(host, port, base.assumingMemoryBound(to: sockaddr_in.self))
        }
        guard parsed == 0 else { return parsed }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe uv_tcp_bind(handle, UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), 0)
        }
        guard bound == 0 else { return bound }
        let stream = unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
        return unsafe uv_listen(stream, backlog) { server, status in
            guard status == 0, let server = unsafe server, let data = unsafe server.pointee.data else { return }
            Loop.assumeIsolated {
                let listener = unsafe Unmanaged<TCPListener>.fromOpaque(data).takeUnretainedValue()
                if let stream = unsafe TCPStream(accepting: server) { listener.onConnection(stream) }
            }
        }
    }
}
