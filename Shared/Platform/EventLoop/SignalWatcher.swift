internal import CUV
import Glibc

/// Runs a callback on the loop when the process receives a signal, in place of the signal's default action.
@Loop
@safe
package final class SignalWatcher {
    private let handle: UnsafeMutablePointer<uv_signal_t>
    private let action: @Loop () -> Void

    /// Watches `number` (`SIGTERM`, `SIGINT`) until the process exits.
    package init(_ number: Int32, _ action: @escaping @Loop () -> Void) {
        unsafe handle = .allocate(capacity: 1)
        self.action = action
        unsafe uv_signal_init(EventLoop.shared.uv, handle)
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        unsafe uv_signal_start(
            handle,
            { handle, _ in
                guard let data = unsafe handle?.pointee.data else { return }
                Loop.assumeIsolated {
                    unsafe Unmanaged<SignalWatcher>.fromOpaque(data).takeUnretainedValue().action()
                }
            }, number)
    }
}
