import Glibc
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

/// The built executable, run as users run it.
final class SandboxProcess {
    private let process: pid_t
    private let output: Int32
    private var pending: [UInt8] = []

    /// Starts it with `environment` as its whole environment.
    init(_ environment: [String: String]) throws {
        var ends: [Int32] = [0, 0]
        let made = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        try #require(made == 0)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The threads of a test run block signals, and a child inherits that.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let path = (CommandLine.arguments[0].split(separator: "/").dropLast() + ["sandbox"]).joined(separator: "/")
        var arguments = unsafe [strdup("sandbox"), nil]
        let environment = environment.merging(sanitizerOptions) { own, _ in own }
        var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var process = pid_t()
        let status = unsafe posix_spawn(&process, "/" + path, &actions, &attributes, &arguments, &variables)
        close(ends[1])
        try #require(status == 0)
        self.process = process
        output = ends[0]
    }

    deinit { close(output) }

    /// Returns the next line of output; `nil` at the end.
    func line() -> JSONValue? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return JSONValue(json: Array(pending[..<end]))
            }
            let count = unsafe read(output, &buffer, buffer.count)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }

    /// Sends SIGTERM.
    func stop() { kill(process, SIGTERM) }

    /// Waits for the exit status; 128 plus the signal's number if a signal ended it.
    func status() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) == -1, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
