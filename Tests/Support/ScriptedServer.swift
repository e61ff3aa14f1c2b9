package import EventLoop
import Glibc
import Testing

/// A server from `Servers/` in its own process, which ends with this value, and the lines it prints.
@Loop
package final class ScriptedServer {
    /// The server did not start, or did not print the line that a test waits for.
    package struct Silence: Error {
        /// The lines it did print.
        package let lines: [String]
    }

    /// The port it listens on.
    package private(set) var port = 0
    /// The path of its certificate; `-` without TLS.
    package private(set) var certificate = ""
    /// All lines printed so far.
    package private(set) var lines: [String] = []

    private let channel: Int32
    private var watcher: SocketWatcher?
    private var partial: [UInt8] = []
    private var arrival = Outcome<Void, Never>()

    /// Starts a script and waits until it listens.
    package static func start(_ script: String, _ words: String...) async throws -> ScriptedServer {
        try await start(script, words)
    }

    /// Starts a script and waits until it listens.
    package static func start(_ script: String, _ words: [String]) async throws -> ScriptedServer {
        let server = try ScriptedServer(script, words)
        let announcement = try await server.line { $0.hasPrefix("port ") }.split(separator: " ")
        server.port = try #require(Int(announcement[1]))
        server.certificate = String(announcement[2])
        return server
    }

    /// Returns the first line that `matches`, printed already or later.
    @discardableResult
    package func line(where matches: @escaping @Loop @Sendable (String) -> Bool) async throws -> String {
        let found = await Loop.withTimeLimit(.seconds(30)) { () async -> String? in
            while !Task.isCancelled {
                let lines = self.lines
                if let line = lines.first(where: { matches($0) }) { return line }
                let arrival = self.arrival
                await arrival.value { arrival.settle(.success(())) }
            }
            return nil
        }
        guard let line = found ?? nil else { throw Silence(lines: lines) }
        return line
    }

    /// Waits until the server has printed `line` this many times.
    package func said(_ line: String, times: Int = 1) async throws {
        try await self.line { _ in self.count(line) >= times }
    }

    /// Sends the server a line, and waits until it says that it heard it.
    package func tell(_ line: String) async throws {
        let before = count("heard")
        let bytes = Array((line + "\n").utf8)
        let written = unsafe write(channel, bytes, bytes.count)
        try #require(written == bytes.count)
        try await self.line { _ in self.count("heard") > before }
    }

    /// Returns how many of the lines printed so far are, or start with, `line`.
    ///
    /// A server prints its line before it responds, but the response may arrive first, so pending output is read here.
    package func count(_ line: String) -> Int {
        while read() {}
        return lines.count { $0 == line || $0.hasPrefix(line + " ") }
    }

    private init(_ script: String, _ words: [String]) throws {
        let (channel, child) = try makeChannel()
        self.channel = channel
        defer { close(child) }
        try spawn([pythonPath, folder + "Servers/" + script] + words, channel: child)
        _ = fcntl(channel, F_SETFL, O_NONBLOCK)
        let watcher = try #require(SocketWatcher(descriptor: channel))
        self.watcher = watcher
        watcher.watch(.readable) { [weak self] _ in _ = self?.read() }
    }

    isolated deinit {
        watcher?.close()
        close(channel)
    }

    /// Reads pending output; returns `false` if there was none.
    private func read() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(channel, &bytes, bytes.count)
        guard count > 0 else {
            if count == 0 { watcher?.close() }
            return false
        }
        partial += bytes.prefix(count)
        while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: partial[..<end], as: UTF8.self))
            partial.removeSubrange(...end)
        }
        let arrival = self.arrival
        self.arrival = Outcome()
        arrival.settle(.success(()))
        return true
    }
}

private let folder = String(#filePath.dropLast("ScriptedServer.swift".count))

/// `TEST_PYTHON`, or the project's own environment, or Python on the path.
private let pythonPath: String = {
    if let path = unsafe getenv("TEST_PYTHON") { return unsafe String(cString: path) }
    let local = folder + "../../.local/venv/bin/python"
    return unsafe access(local, X_OK) == 0 ? local : "python3"
}()

/// Returns two ends of a channel that no other child inherits.
private func makeChannel() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let status = unsafe socketpair(AF_UNIX, kind, 0, &ends)
    try #require(status == 0)
    return (ends[0], ends[1])
}

/// Starts a child whose standard input and output are `channel`.
private func spawn(_ words: [String], channel: Int32) throws {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, channel, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, channel, 1)
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var process = pid_t()
    let status = unsafe posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
    try #require(status == 0)
}
