internal import CUV

/// Reports when another library's socket is readable or writable; does not own the socket.
@Loop
@safe
package final class SocketWatcher {
    /// The events to watch for, or those that occurred.
    package struct Events: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let readable = Events(rawValue: Int32(UV_READABLE.rawValue))
        package static let writable = Events(rawValue: Int32(UV_WRITABLE.rawValue))
    }

    private let handle: UnsafeMutablePointer<uv_poll_t>
    private var action: (@Loop (Events) -> Void)?
    private var isClosed = false

    /// Creates a watcher of `descriptor`, which must be a socket; `nil` if libuv cannot watch it.
    package init?(descriptor: Int32) {
        unsafe handle = .allocate(capacity: 1)
        guard unsafe uv_poll_init_socket(EventLoop.shared.uv, handle, descriptor) == 0 else {
            unsafe handle.deallocate()
            isClosed = true
            return nil
        }
        // libuv leaves what the memory held before.
        unsafe handle.pointee.data = nil
    }

    /// Calls `action` whenever one of `events` occurs; an error on the socket is reported as both events.
    package func watch(_ events: Events, _ action: @escaping @Loop (Events) -> Void) {
        guard !isClosed else { return }
        if self.action == nil { unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque() }
        self.action = action
        unsafe uv_poll_start(handle, events.rawValue) { handle, status, events in
            let happened: Events = status < 0 ? [.readable, .writable] : Events(rawValue: events)
            Loop.assumeIsolated { unsafe SocketWatcher.owner(of: handle)?.action?(happened) }
        }
    }

    /// Stops watching; must be called before the owner closes the socket.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe uv_poll_stop(handle)
        action = nil
        if let data = unsafe handle.pointee.data {
            unsafe handle.pointee.data = nil
            unsafe Unmanaged<SocketWatcher>.fromOpaque(data).release()
        }
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { closed in
            unsafe UnsafeMutableRawPointer(closed)?.assumingMemoryBound(to: uv_poll_t.self).deallocate()
        }
    }

    private static func owner(of handle: UnsafeMutablePointer<uv_poll_t>?) -> SocketWatcher? {
        guard let data = unsafe handle?.pointee.data else { return nil }
        return unsafe Unmanaged<SocketWatcher>.fromOpaque(data).takeUnretainedValue()
    }
}
