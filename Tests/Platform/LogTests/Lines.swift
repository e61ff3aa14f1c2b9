import Log
import Synchronization

/// Lines that were logged.
final class Lines: Sendable {
    private let lines = Mutex<[LogLine]>([])

    func add(_ line: LogLine) { lines.withLock { $0.append(line) } }

    var all: [LogLine] { lines.withLock { $0 } }
}
