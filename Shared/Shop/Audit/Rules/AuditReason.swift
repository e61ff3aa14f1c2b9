package import Kernel

/// Why a text cannot be the reason of an audited change.
package enum AuditReasonFault: Error, Equatable, Sendable {
    case empty
    /// It exceeds `AuditReason.byteLimit`.
    case tooLong
    /// It has control or bidirectional formatting characters.
    case notPrintable
    /// It has an e-mail address or a license key, which the log must not keep.
    case identifying
}

/// A person's reason for a change, fit to be kept in the audit log for good.
package struct AuditReason: Equatable, Sendable {
    /// The maximum length in UTF-8.
    package static let byteLimit = 500

    /// The reason, trimmed.
    package let text: String

    /// Parses a reason as a person typed it.
    ///
    /// - Parameter identifying: finds what identifies a person or opens something.
    package init(_ typed: String, refusing identifying: Recognizer) throws(AuditReasonFault) {
        let text = String(typed.trimmingBlanks())
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= AuditReason.byteLimit else { throw .tooLong }
        guard text.isPrintable else { throw .notPrintable }
        guard !identifying.finds(in: text) else { throw .identifying }
        self.text = text
    }
}

extension String {
    /// Whether it has no character that breaks a line, moves a terminal's cursor or turns the direction of text.
    var isPrintable: Bool {
        unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && !$0.properties.isBidiControl }
    }
}
