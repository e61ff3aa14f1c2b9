internal import CUV
import Glibc

/// One accepted TCP connection.
///
/// It lives until it is closed, by us or after an error on the connection; `onClose` is then called once.
@Loop
@safe
package final class TCPStream {
    /// The peer's numeric address, without the port.
    package let peer: String
    /// Called with received bytes, which are borrowed for the call.
    package var onBytes: (@Loop (borrowing Span<UInt8>) -> Void)?
    /// Called when the peer has finished sending or the connection broke; in the latter case later writes fail.
    package var onEnd: (@Loop () -> Void)?
    /// Called once when the connection is closed, by either side.
    package var onClose: (@Loop () -> Void)?
    /// Whether the connection has been closed.
    package private(set) var isClosed = false

    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private var isReading = false

    init?(accepting server: UnsafeMutablePointer<uv_stream_t>) {
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        unsafe uv_tcp_init(EventLoop.shared.uv, handle)
        unsafe self.handle = handle
        let status = unsafe uv_accept(server, UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self))
        peer = status == 0 ? unsafe peerText(handle) : ""
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        guard status == 0 else {
            close()
            return nil
        }
        unsafe uv_tcp_nodelay(handle, 1)
    }

    /// Starts reading.
    package func startReading() {
        guard !isClosed, !isReading else { return }
        isReading = true
        unsafe uv_read_start(stream, lendReadBuffer) { stream, count, buffer in
            guard let data = unsafe stream?.pointee.data, let buffer = unsafe buffer else { return }
            nonisolated(unsafe) let bytes = unsafe UnsafeRawBufferPointer(
                start: buffer.pointee.base, count: max(0, count))
            Loop.assumeIsolated {
                let owner = unsafe Unmanaged<TCPStream>.fromOpaque(data).takeUnretainedValue()
                unsafe owner.received(count, bytes)
            }
        }
    }

    /// Pauses reading until `startReading()`, which puts back-pressure on the peer.
    package func stopReading() {
        guard !isClosed, isReading else { return }
        isReading = false
        unsafe uv_read_stop(stream)
    }

    /// Writes `bytes`; calls `done` when the kernel has accepted all of them or the connection broke.
    package func write(_ bytes: [UInt8], done: (@Loop (_ succeeded: Bool) -> Void)? = nil) {
        guard !isClosed else {
            done?(false)
            return
        }
        let sent = tryWrite(bytes)
        if sent == bytes.count {
            done?(true)
        } else if sent < 0 {
            close()
            done?(false)
        } else {
            unsafe PendingWrite.submit(bytes[sent...], to: stream) { [self] succeeded in
                if !succeeded { close() }
                done?(succeeded)
            }
        }
    }

    /// Shuts down the sending side after pending writes have been sent.
    package func shutdown() {
        guard !isClosed else { return }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let status = unsafe uv_shutdown(request, stream) { request, _ in unsafe request?.deallocate() }
        if status != 0 {
            unsafe request.deallocate()
            close()
        }
    }

    /// Closes at once; unsent bytes are lost.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { closed in
            guard let closed = unsafe closed, let data = unsafe closed.pointee.data else { return }
            Loop.assumeIsolated {
                let owner = unsafe Unmanaged<TCPStream>.fromOpaque(data).takeRetainedValue()
                let onClose = owner.onClose
                (owner.onBytes, owner.onEnd, owner.onClose) = (nil, nil, nil)
                onClose?()
            }
            unsafe UnsafeMutableRawPointer(closed).assumingMemoryBound(to: uv_tcp_t.self).deallocate()
        }
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private func received(_ count: Int, _ bytes: UnsafeRawBufferPointer) {
        if count > 0 {
            unsafe onBytes?(Span(_unsafeBytes: bytes))
        } else if count < 0 {
            stopReading()
            onEnd?()
        }
    }

    /// Returns the number of bytes the kernel accepted at once: 0 if its buffer is full, negative if the connection
    /// broke.
    private func tryWrite(_ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { source in
            let base = unsafe UnsafeMutableRawPointer(mutating: source.baseAddress)
            var buffer = unsafe uv_buf_init(base?.assumingMemoryBound(to: CChar.self), UInt32(source.count))
            let status = unsafe uv_try_write(stream, &buffer, 1)
            return status == Int32(UV_EAGAIN.rawValue) ? 0 : Int(status)
        }
    }
}

/// Lends the one read buffer shared by all connections: libuv fills it and calls back before it requests it again.
private func lendReadBuffer(
    _ handle: UnsafeMutablePointer<uv_handle_t>?, _ suggested: Int, _ buffer: UnsafeMutablePointer<uv_buf_t>?
) {
    unsafe buffer?.pointee = uv_buf_init(readBuffer.baseAddress, UInt32(readBuffer.count))
}

nonisolated(unsafe) private let readBuffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 64 * 1024)

private func peerText(_ handle: UnsafeMutablePointer<uv_tcp_t>) -> String {
    var address = sockaddr_storage()
    var length = Int32(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: 64)
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer -> Int32 in
        let base = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
        let status = unsafe uv_tcp_getpeername(handle, base, &length)
        guard status == 0 else { return status }
        return unsafe uv_ip_name(base, &text, text.count)
    }
    guard status == 0 else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Bytes that the kernel did not accept at once, kept until it has.
@safe
private final class PendingWrite {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let done: @Loop (Bool) -> Void

    private init(_ source: ArraySlice<UInt8>, done: @escaping @Loop (Bool) -> Void) {
        unsafe bytes = .allocate(capacity: source.count)
        unsafe _ = bytes.initialize(from: source)
        self.done = done
    }

    deinit { unsafe bytes.deallocate() }

    @Loop
    static func submit(
        _ source: ArraySlice<UInt8>, to stream: UnsafeMutablePointer<uv_stream_t>, done: @escaping @Loop (Bool) -> Void
    ) {
        let pending = PendingWrite(source, done: done)
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        unsafe request.pointee.data = Unmanaged.passRetained(pending).toOpaque()
        let base = unsafe UnsafeMutableRawPointer(pending.bytes.baseAddress)
        var buffer = unsafe uv_buf_init(base?.assumingMemoryBound(to: CChar.self), UInt32(source.count))
        let status = unsafe uv_write(request, stream, &buffer, 1) { request, status in
            unsafe PendingWrite.finish(request, succeeded: status == 0)
        }
        if status != 0 { unsafe finish(request, succeeded: false) }
    }

    private static func finish(_ request: UnsafeMutablePointer<uv_write_t>?, succeeded: Bool) {
        guard let request = unsafe request, let pointer = unsafe request.pointee.data else { return }
        unsafe request.deallocate()
        nonisolated(unsafe) let data = unsafe pointer
        Loop.assumeIsolated {
            let pending = unsafe Unmanaged<PendingWrite>.fromOpaque(data).takeRetainedValue()
            pending.done(succeeded)
        }
    }
}
