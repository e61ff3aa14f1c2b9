/// A result that comes later: one task waits for it, a callback or another task settles it.
///
/// The first settlement counts, later ones are ignored.
@Loop
@safe
package final class Outcome<Value: Sendable, Failure: Error> {
    // What stands here can be compiled into the caller, who knows the types: of a type that is known at run time alone,
    // each touch looks it up.
    @usableFromInline var result: Result<Value, Failure>?
    @usableFromInline var waiter: UnsafeContinuation<Void, Never>?

    /// An outcome that is open.
    @inlinable package init() {}

    /// Whether a result is there.
    @inlinable package var isSettled: Bool { result != nil }

    /// Gives the result.
    @inlinable package func settle(_ result: Result<Value, Failure>) {
        guard self.result == nil else { return }
        self.result = result
        // Once, since a second settlement ends above: what a checked continuation would watch over.
        unsafe waiter?.resume()
        unsafe waiter = nil
    }

    /// Waits for the result; one task may wait at a time.
    ///
    /// When the waiting task is cancelled `onCancel` runs on the loop and is expected to settle this outcome, so that
    /// a cancelled wait ends at once and what it waited for is cleaned up in one place.
    @inlinable package func value(onCancel: @escaping @Loop @Sendable () -> Void = {}) async throws(Failure) -> Value {
        if result == nil {
            await withTaskCancellationHandler {
                if Task.isCancelled { onCancel() }
                guard result == nil else { return }
                unsafe await withUnsafeContinuation { unsafe waiter = $0 }
            } onCancel: {
                Loop.start { onCancel() }
            }
        }
        guard let result else { preconditionFailure("an outcome was resumed without a result") }
        return try result.get()
    }
}
