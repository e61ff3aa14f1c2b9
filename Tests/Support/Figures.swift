import FoundationEssentials
package import JSON
import Kernel

/// What a test run counted, for the figures that the README quotes: one file for each test below `.local/figures`.
package enum Figures {
    /// Writes what `name` counted, instead of what an earlier run did; `LATCHKEY_FIGURES` names another folder.
    package static func write(_ name: String, _ figures: [(String, JSONValue)]) throws {
        let folder = ProcessInfo.processInfo.environment["LATCHKEY_FIGURES"] ?? repositoryRoot + "/.local/figures"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data((JSONValue.object(figures).text + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
    }
}
