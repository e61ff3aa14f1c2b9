import Kernel
import Licensing
package import Log
import Synchronization

/// A log that a test can read.
package final class CapturedLog: Sendable {
    private let lines = Mutex("")

    package init() {}

    /// The log to pass to the product.
    package var log: Log {
        Log { [self] line in
            let bytes = line.bytes(
                at: Instant(unixSeconds: 0), from: LogOrigin("test"), masking: LogMask(.keysAndAddresses))
            let text = String(decoding: bytes, as: UTF8.self)
            lines.withLock { $0 += text }
        }
    }

    /// All lines so far.
    package var text: String { lines.withLock { $0 } }
}

extension String {
    /// How often `text` occurs.
    package func count(of text: String) -> Int { split(separator: text, omittingEmptySubsequences: false).count - 1 }
}
