import EventLoop
internal import Files
import Glibc
import JSON
import Kernel
package import Log
package import Settings

/// All that a function is told from outside.
package protocol FunctionSettings: Sendable {
    /// Where it listens and how it logs.
    var server: ServerSettings { get }

    /// Reads everything from `environment`; runs before the event loop does, so it may read a file.
    init(_ environment: [String: String]) throws(SettingsFault)
}

/// Reads the settings and runs `body` on the event loop until it returns, then ends the process.
///
/// A settings fault is logged with one line for each setting, by name; it and an error that leaves `body` end the
/// process with status 1. With the argument `--health` it asks the one that already runs instead: `HealthCheck`.
package func runFunction<Settings: FunctionSettings>(
    _ name: String, _ body: @escaping @Loop @Sendable (Settings, Log) async throws -> Void
) -> Never {
    HealthCheck.runIfAsked("/readyz")
    let settings: Settings = settingsOrExit(name)
    let log = Log.standardOutput(from: settings.server.origin(name), threshold: settings.server.threshold)
    EventLoop.runMain {
        do {
            try await body(settings, log)
            return EXIT_SUCCESS
        } catch {
            log(.critical, "stopped", [("reason", .string(String(describing: error)))])
            return EXIT_FAILURE
        }
    }
}

private func settingsOrExit<Settings: FunctionSettings>(_ name: String) -> Settings {
    let environment = ProcessEnvironment.variables
    do {
        return try Settings(environment)
    } catch {
        // Whatever else is wrong, where the line comes from can be told.
        var read = SettingsReader(environment)
        let log = Log.standardOutput(from: ServerSettings(&read).origin(name), threshold: .info)
        for line in error.lines { log(.critical, "not started: \(line)") }
        exit(EXIT_FAILURE)
    }
}
