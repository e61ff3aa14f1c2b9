/// A one-shot result: one task awaits it, a callback or another task settles it.
///
/// Only the first settlement counts; later ones are ignored.
@Loop
@safe
package final class Outcome<Value: Sendable, Failure: Error> {
    // Internal and inlinable, so that the caller's module can specialize it: unspecialized generic code looks up the
    // type at each access.
    @usableFromInline var result: Result<Value, Failure>?
    @usableFromInline var waiter: UnsafeContinuation<Void, Never>?

    /// Creates an unsettled outcome.
    @inlinable package init() {}

    /// Whether the outcome has been settled.
    @inlinable package var isSettled: Bool { result != nil }

    /// Settles the outcome with `result`, unless it is settled already.
    @inlinable package func settle(_ result: Result<Value, Failure>) {
        guard self.result == nil else { return }
        self.result = result
        // Resumed exactly once, because a second settlement returns above; this is what a checked continuation would
        // verify.
        unsafe waiter?.resume()
        unsafe waiter = nil
    }

    /// Waits for the result; only one task may wait at a time.
    ///
    /// If the waiting task is cancelled, `onCancel` runs on the loop and must settle this outcome, so that a cancelled
    /// wait ends at once and its cleanup stays in one place.
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
