import EventLoop
internal import Files
import Glibc
import JSON
package import Kernel
package import Log
package import Settings

/// A function's settings.
package protocol FunctionSettings: Sendable {
    /// How the function listens and logs.
    var server: ServerSettings { get }

    /// Reads all settings from `environment`; runs before the event loop does, so it may read a file.
    init(_ environment: [String: String]) throws(SettingsFault)
}

/// Reads the settings and runs `body` on the event loop until it returns, then exits the process.
///
/// A settings fault is logged with one line for each setting, by name. A settings fault, or an error thrown by `body`,
/// exits with status 1. With the argument `--health` it checks the running process instead: `HealthCheck`.
///
/// - Parameter recognizer: finds what must not be logged.
package func runFunction<Settings: FunctionSettings>(
    _ name: String, masking recognizer: Recognizer,
    _ body: @escaping @Loop @Sendable (Settings, Log) async throws -> Void
) -> Never {
    HealthCheck.runIfRequested("/readyz")
    let settings: Settings = settingsOrExit(name, masking: recognizer)
    let log = Log.standardOutput(
        from: settings.server.origin(name), threshold: settings.server.threshold, masking: recognizer)
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

private func settingsOrExit<Settings: FunctionSettings>(_ name: String, masking recognizer: Recognizer) -> Settings {
    let environment = ProcessEnvironment.variables
    do {
        return try Settings(environment)
    } catch {
        // The log origin is readable even if other settings are invalid.
        var read = SettingsReader(environment)
        let log = Log.standardOutput(from: ServerSettings(&read).origin(name), threshold: .info, masking: recognizer)
        for line in error.lines { log(.critical, "not started: \(line)") }
        exit(EXIT_FAILURE)
    }
}
