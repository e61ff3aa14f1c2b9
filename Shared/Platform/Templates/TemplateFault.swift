/// What is wrong with a template, said so that its author can mend it.
package struct TemplateFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's name.
    package let file: String
    /// The line, from 1; `nil` when the whole file is at fault.
    package let line: Int?
    /// What is wrong and what would be right.
    package let reason: String

    /// Memberwise.
    package init(file: String, line: Int?, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(reason)" }
}

/// Everything found wrong with a set of templates.
package struct TemplateFaults: Error, Equatable, Sendable, CustomStringConvertible {
    /// The faults, in the order of files and lines.
    package let faults: [TemplateFault]

    /// Memberwise.
    package init(faults: [TemplateFault]) { self.faults = faults }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
