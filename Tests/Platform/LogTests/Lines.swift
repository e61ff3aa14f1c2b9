import Log
import Synchronization

/// The lines logged.
final class Lines: Sendable {
    private let lines = Mutex<[LogLine]>([])

    func add(_ line: LogLine) { lines.withLock { $0.append(line) } }

    var all: [LogLine] { lines.withLock { $0 } }
}
