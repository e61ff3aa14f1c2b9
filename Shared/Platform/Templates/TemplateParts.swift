/// The partials that templates share: in an `.html` file, `{{> name}}` includes the file `_name.html`.
package struct TemplateParts: Sendable {
    /// No partials.
    package static let none = TemplateParts(in: [:], for: "")

    private let files: [String: String]
    private let ending: String

    /// Selects from `files` the partials that the template `file` can include: those with its file name extension.
    package init(in files: [String: String], for file: String) {
        self.files = files.filter { TemplateParts.isPart($0.key) }
        ending = file.lastIndex(of: ".").map { String(file[$0...]) } ?? ""
    }

    /// Returns the file name of the partial `name`.
    func file(_ name: String) -> String { "_\(name)\(ending)" }

    /// Returns the text of the partial `name` with non-empty lines indented by `indent`; `nil` if it does not exist.
    func text(_ name: String, indent: String) -> String? {
        guard let text = files[file(name)] else { return nil }
        guard !indent.isEmpty else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : indent + $0 }
            .joined(separator: "\n")
    }

    /// Whether the file is a partial, not a mail's own template.
    package static func isPart(_ file: String) -> Bool { file.hasPrefix("_") }
}
