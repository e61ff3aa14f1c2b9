import Glibc

/// A function's executable from this build, run as a process.
///
/// Foundation's `Process` is not suitable: its children inherit the blocked signals of the pool thread that starts
/// them, and a process that never sees SIGTERM cannot show how it stops.
package final class BuiltFunction {
    /// Why the process is unusable.
    package enum Fault: Error {
        case notStarted(Int32)
        case notListening([String])
        case silent([String])
    }

    /// The port it listens on.
    package private(set) var port = 0
    /// All lines written so far.
    package private(set) var log: [String] = []

    private let process: pid_t
    private let output: Int32
    private var partial: [UInt8] = []
    private var status: Int32?

    /// Starts the executable `name` on a free port with `environment` as its whole environment, and waits until it
    /// listens.
    package static func start(_ name: String, _ environment: [String: String]) throws -> BuiltFunction {
        let function = try BuiltFunction(name, [], environment)
        while try function.readMore() {
            if let port = function.log.lazy.compactMap(announcedPort).first {
                function.port = port
                return function
            }
        }
        throw Fault.notListening(function.log)
    }

    /// Runs the executable `name` with the arguments `words` to its end; returns its status and its output.
    package static func run(
        _ name: String, _ environment: [String: String], _ words: [String] = []
    ) throws -> (status: Int32, log: [String]) {
        let function = try BuiltFunction(name, words, environment)
        return (try function.end(), function.log)
    }

    /// Discards the log from now on, so that an unread log never blocks a long run.
    package func forgetLog() throws {
        let copy = fcntl(output, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw Fault.notStarted(errno) }
        var thread = pthread_t()
        let argument = unsafe UnsafeMutableRawPointer(bitPattern: Int(copy))
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                let descriptor = Int32(Int(bitPattern: argument))
                var bytes = [UInt8](repeating: 0, count: 65_536)
                while unsafe read(descriptor, &bytes, bytes.count) > 0 {}
                close(descriptor)
                return nil
            }, argument)
        guard status == 0 else { throw Fault.notStarted(status) }
        pthread_detach(thread)
    }

    /// Sends SIGTERM, as the platform does, and returns the exit status.
    package func stop() throws -> Int32 {
        kill(process, SIGTERM)
        return try end()
    }

    private init(_ name: String, _ words: [String], _ environment: [String: String]) throws {
        let settings = environment.merging(["HOST": "127.0.0.1", "PORT": "0"]) { own, _ in own }
            .merging(sanitizerOptions) { own, _ in own }
        let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var ends: [Int32] = [0, 0]
        // A socket pair instead of a pipe, because it can be made close-on-exec atomically.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Fault.notStarted(errno) }
        defer { close(ends[1]) }
        output = ends[0]
        process = try spawn("\(folder.joined(separator: "/"))/\(name)", words, settings, output: ends[1])
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            _ = waitpid(process, nil, 0)
        }
        close(output)
    }

    private func end() throws -> Int32 {
        while try readMore() {}
        var ended: Int32 = 0
        _ = unsafe waitpid(process, &ended, 0)
        status = ended
        return ended & 0x7F == 0 ? ended >> 8 & 0xFF : -(ended & 0x7F)
    }

    /// Reads pending output; returns `false` at its end.
    private func readMore() throws -> Bool {
        var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, 30_000) == 1 else { throw Fault.silent(log) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe read(output, &bytes, bytes.count)
        guard count > 0 else { return false }
        partial += bytes.prefix(count)
        while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
            log.append(String(decoding: partial[..<end], as: UTF8.self))
            partial.removeSubrange(...end)
        }
        return true
    }

    private static func announcedPort(_ line: String) -> Int? {
        guard line.contains(#""message":"listening""#) else { return nil }
        // The sandbox has two ports; the first is that of the stand-in for Stripe.
        let name = line.firstRange(of: #""port":"#) ?? line.firstRange(of: #""stripe":"#)
        return name.flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }
}

/// Starts a child without blocked signals, writing to `output`.
private func spawn(
    _ path: String, _ words: [String], _ environment: [String: String], output: Int32
) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments = unsafe ([path] + words).map { unsafe strdup($0) } + [nil]
    var settings = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (arguments + settings).forEach { unsafe free($0) } }
    var process = pid_t()
    let status = unsafe posix_spawn(&process, path, &actions, &attributes, &arguments, &settings)
    guard status == 0 else { throw BuiltFunction.Fault.notStarted(status) }
    return process
}
