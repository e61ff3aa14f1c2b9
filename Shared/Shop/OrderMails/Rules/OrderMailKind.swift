package import Outbox
package import Templates

/// One kind of mail about an order: what it shows, and when it is still true.
///
/// A further kind is a file in `Kinds`, its line in `all`, and its three templates in `infra/mail`.
package struct OrderMailKind: Sendable {
    /// Every kind of mail about an order.
    package static let all: [OrderMailKind] = [
        .receipt, .resend, .refundConfirmed, .accessSuspended, .accessRestored, .paymentFailed, .keyReissued,
        .addressChanged,
    ]

    /// The kind's name in the outbox and in the names of its template files.
    package let kind: EmailKind
    /// Whether the mail brings license keys and fresh download links.
    package let carriesKeys: Bool
    /// Whether what the mail says still holds; between its row and its sending the order may have moved on.
    package let isTrue: @Sendable (Purchase) -> Bool
    /// The names that its templates can use.
    package let fields: TemplateFields<PurchaseContent>

    /// The template of the subject, one line of plain text.
    package var subjectFile: String { "\(kind.rawValue).subject.txt" }
    /// The template of the plain text.
    package var textFile: String { "\(kind.rawValue).txt" }
    /// The template of the HTML.
    package var htmlFile: String { "\(kind.rawValue).html" }
    /// Every file that this kind needs.
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
