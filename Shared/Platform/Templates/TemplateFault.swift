/// An error in a template, with a message for its author.
package struct TemplateFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file name.
    package let file: String
    /// The line, from 1; `nil` if it concerns the whole file.
    package let line: Int?
    /// What is wrong and what is expected.
    package let reason: String

    /// Creates a fault.
    package init(file: String, line: Int?, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(reason)" }
}

/// All errors in a set of templates.
package struct TemplateFaults: Error, Equatable, Sendable, CustomStringConvertible {
    /// The faults, sorted by file and line.
    package let faults: [TemplateFault]

    /// Creates the error from its faults.
    package init(faults: [TemplateFault]) { self.faults = faults }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
