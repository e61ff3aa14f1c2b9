package import Kernel
import Synchronization

/// Masks the texts of a log's lines.
///
/// It remembers the last long text without anything to mask: the same callers, such as Stripe's events and downloads in
/// several parts, name their program the same way in each request. Only ASCII, since `String` takes an accented letter
/// and a letter with its accent for equal, and a recognizer need not.
package final class LogMask: Sendable {
    private let recognizer: Recognizer
    private let plain = Mutex("")

    /// Creates a mask for what `recognizer` finds.
    package init(_ recognizer: Recognizer) { self.recognizer = recognizer }

    /// Returns `text` with an ellipsis for each thing found; `nil` if nothing is.
    func callAsFunction(_ text: String) -> String? {
        guard text.utf8.count > 32 else { return recognizer.mask(text) }
        if plain.withLock({ $0 == text }) { return nil }
        let masked = recognizer.mask(text)
        if masked == nil, text.utf8.allSatisfy({ $0 < 0x80 }) { plain.withLock { $0 = text } }
        return masked
    }
}
