import Kernel

/// Why a text cannot be an operator's name.
package enum OperatorNameFault: Error, Equatable, Sendable {
    case empty
    /// It exceeds `OperatorName.byteLimit`.
    case tooLong
    /// It has control or bidirectional formatting characters.
    case notPrintable
}

/// The name by which the audit log knows a person who makes changes by hand.
package struct OperatorName: Equatable, Sendable, CustomStringConvertible {
    /// The maximum length in UTF-8.
    package static let byteLimit = 64

    /// The name, trimmed.
    package let description: String

    /// Parses a name.
    package init(_ text: String) throws(OperatorNameFault) {
        let name = String(text.trimmingBlanks())
        guard !name.isEmpty else { throw .empty }
        guard name.utf8.count <= OperatorName.byteLimit else { throw .tooLong }
        guard name.isPrintable else { throw .notPrintable }
        description = name
    }
}
