/// The mails we send; the raw value is how the outbox and the template files name one.
///
/// A further kind is a case here, a content type of its own, a property of `MailTemplates`, and three files.
package enum MailKind: String, CaseIterable, Sendable {
    /// What was bought: the keys, the download, the amount.
    case receipt
    /// Everything a buyer owns, once more with fresh links, because their mail got lost.
    case resend
    /// Money was given back, all of it or a part.
    case refundConfirmed = "refund_confirmed"
    /// A dispute was opened with the buyer's bank, so the licenses of the order are paused.
    case accessSuspended = "access_suspended"
    /// What was paused or closed works again; the keys and links once more, as in a receipt.
    case accessRestored = "access_restored"
    /// A payment that takes days, such as a bank debit, did not come.
    case paymentFailed = "payment_failed"
    /// A license was given another key; all keys that work now and fresh links, as in a receipt.
    case keyReissued = "key_reissued"
    /// The order's mails go to another address from now on; for the address that it had.
    case addressChanged = "address_changed"

    /// The template of the subject, one line of plain text.
    package var subjectFile: String { "\(rawValue).subject.txt" }
    /// The template of the plain text.
    package var textFile: String { "\(rawValue).txt" }
    /// The template of the HTML.
    package var htmlFile: String { "\(rawValue).html" }
    /// Every file this kind needs.
    package var files: [String] { [subjectFile, textFile, htmlFile] }
}
