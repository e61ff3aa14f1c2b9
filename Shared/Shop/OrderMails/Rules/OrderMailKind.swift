package import Outbox
package import Templates

/// A kind of order mail: its content, and the condition under which it still applies.
///
/// To add one, add a file in `Kinds`, a line in `all`, and three templates in `infra/mail`.
package struct OrderMailKind: Sendable {
    /// All kinds of order mails.
    package static let all: [OrderMailKind] = [
        .receipt, .resend, .refundConfirmed, .accessSuspended, .accessRestored, .accessRevoked, .paymentFailed,
        .keyReissued, .addressChanged,
    ]

    /// The names of the kinds that carry keys.
    package static let withKeys: [EmailKind] = all.filter(\.carriesKeys).map(\.kind)

    /// The name in the outbox and in template file names.
    package let kind: EmailKind
    /// Whether the mail contains license keys and new download links.
    package let carriesKeys: Bool
    /// Whether the mail still applies to the purchase: the order may have changed since the mail was queued.
    package let isTrue: @Sendable (Purchase) -> Bool
    /// The names that its templates can use.
    package let fields: TemplateFields<PurchaseContent>

    /// The file name of the subject template, one line of plain text.
    package var subjectFile: String { "\(kind.rawValue).subject.txt" }
    /// The file name of the plain-text template.
    package var textFile: String { "\(kind.rawValue).txt" }
    /// The file name of the HTML template.
    package var htmlFile: String { "\(kind.rawValue).html" }
    /// All template files of this kind.
    package var files: [String] { [subjectFile, textFile, htmlFile] }

    /// Creates a kind.
    ///
    /// - Parameter fields: the names that its templates can use.
    init(
        _ name: String, carriesKeys: Bool = false, fields: [TemplateField<PurchaseContent>],
        isTrue: @escaping @Sendable (Purchase) -> Bool
    ) {
        kind = EmailKind(rawValue: name)
        self.carriesKeys = carriesKeys
        self.isTrue = isTrue
        self.fields = TemplateFields(fields)
    }
}
