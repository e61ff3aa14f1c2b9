/// Pieces that several templates share: the file `_name.html` is what `{{> name}}` in an `.html` file stands for.
package struct TemplateParts: Sendable {
    /// None at all.
    package static let none = TemplateParts(in: [:], for: "")

    private let files: [String: String]
    private let ending: String

    /// The parts among `files` that a template of the name `file` can use: those of its own ending.
    package init(in files: [String: String], for file: String) {
        self.files = files.filter { TemplateParts.isPart($0.key) }
        ending = file.lastIndex(of: ".").map { String(file[$0...]) } ?? ""
    }

    /// The name of the file with the part `name`.
    func file(_ name: String) -> String { "_\(name)\(ending)" }

    /// What the part `name` says, each line that says something set in by `indent`; `nil` when there is no such part.
    func text(_ name: String, indent: String) -> String? {
        guard let text = files[file(name)] else { return nil }
        guard !indent.isEmpty else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : indent + $0 }
            .joined(separator: "\n")
    }

    /// Whether a file of this name is a part of others and no mail by itself.
    package static func isPart(_ file: String) -> Bool { file.hasPrefix("_") }
}
