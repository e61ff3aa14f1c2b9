internal import CUV

/// A one-shot timer that can be set repeatedly; `close()` frees it.
@Loop
@safe
package final class Timer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var action: (@Loop () -> Void)?
    private var isClosed = false

    /// Creates a timer that is not set.
    package init() {
        unsafe handle = .allocate(capacity: 1)
        unsafe uv_timer_init(EventLoop.shared.uv, handle)
        // libuv leaves what the memory held before.
        unsafe handle.pointee.data = nil
    }

    /// Calls `action` once after `delay`, replacing any earlier setting.
    package func set(after delay: Duration, _ action: @escaping @Loop () -> Void) {
        guard !isClosed else { return }
        if self.action == nil { unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque() }
        self.action = action
        // libuv caches the time at the start of each loop iteration; the delay must count from now.
        unsafe uv_update_time(EventLoop.shared.uv)
        unsafe uv_timer_start(
            handle, { handle in Loop.assumeIsolated { unsafe Timer.owner(of: handle)?.fire() } },
            UInt64(max(0, delay.milliseconds)), 0)
    }

    /// Cancels the timer; its action is not called.
    package func cancel() {
        guard action != nil, !isClosed else { return }
        unsafe uv_timer_stop(handle)
        clear()
    }

    /// Cancels the timer and frees it.
    package func close() {
        guard !isClosed else { return }
        cancel()
        isClosed = true
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { closed in
            unsafe UnsafeMutableRawPointer(closed)?.assumingMemoryBound(to: uv_timer_t.self).deallocate()
        }
    }

    private func fire() {
        let action = self.action
        clear()
        action?()
    }

    /// Releases the reference that keeps a set timer alive.
    private func clear() {
        action = nil
        guard let data = unsafe handle.pointee.data else { return }
        unsafe handle.pointee.data = nil
        unsafe Unmanaged<Timer>.fromOpaque(data).release()
    }

    private static func owner(of handle: UnsafeMutablePointer<uv_timer_t>?) -> Timer? {
        guard let data = unsafe handle?.pointee.data else { return nil }
        return unsafe Unmanaged<Timer>.fromOpaque(data).takeUnretainedValue()
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded up, plus one: libuv's cached time is rounded down, and a timer must
    /// never fire early.
    fileprivate var milliseconds: Int64 {
        guard self > .zero else { return 0 }
        return Int64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000) + 1
    }
}
