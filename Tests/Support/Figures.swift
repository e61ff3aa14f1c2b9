import FoundationEssentials
package import JSON
import Kernel

/// The counts of a test run that the README quotes, one file per test in `.local/figures`.
package enum Figures {
    /// Writes the counts of `name`, replacing an earlier run's; `LATCHKEY_FIGURES` names another folder.
    package static func write(_ name: String, _ figures: [(String, JSONValue)]) throws {
        let folder = ProcessInfo.processInfo.environment["LATCHKEY_FIGURES"] ?? repositoryRoot + "/.local/figures"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data((JSONValue.object(figures).text + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
    }
}
