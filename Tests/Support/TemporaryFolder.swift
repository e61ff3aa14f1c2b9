import FoundationEssentials

/// A folder of the test's own, removed with this value.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let path: String

    /// Makes the folder.
    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/latchkey-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file below the folder, with the folders it needs, and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        let parent = file.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }

    /// Returns the text of a file below the folder.
    package func read(_ name: String) throws -> String {
        let file = "\(path)/\(name)"
        // Foundation reads an empty file into a buffer that it then loses, which LeakSanitizer tells.
        if try FileManager.default.attributesOfItem(atPath: file)[.size] as? UInt64 == 0 { return "" }
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    /// The regular files below it, by their paths from here.
    package func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
            var isFolder = false
            return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder) && !isFolder
        }.sorted()
    }
}
