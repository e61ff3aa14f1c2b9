import Kernel
package import Templates

/// The templates of every mail we send, checked as a whole before the first mail goes out.
///
/// They are Mustache (<https://mustache.github.io/mustache.5.html>): variables, sections, inverted sections,
/// comments and partials. The names they can use are `infra/mail/README.md`'s.
package struct MailTemplates: Sendable {
    /// For a purchase.
    package let receipt: MailTemplate<ReceiptContent>
    /// For a lost mail.
    package let resend: MailTemplate<ResendContent>
    /// For money given back.
    package let refundConfirmed: MailTemplate<RefundConfirmedContent>
    /// For a disputed payment.
    package let accessSuspended: MailTemplate<AccessSuspendedContent>
    /// For an order that works again.
    package let accessRestored: MailTemplate<AccessRestoredContent>
    /// For a payment that did not come.
    package let paymentFailed: MailTemplate<PaymentFailedContent>
    /// For a license with a new key.
    package let keyReissued: MailTemplate<KeyReissuedContent>
    /// For an order whose address was put right.
    package let addressChanged: MailTemplate<AddressChangedContent>

    /// Templates from their files' texts by name; files that are neither `.txt` nor `.html` are none.
    ///
    /// A file `_name` is a part for others: `{{> name}}`. It is checked in each mail that uses it.
    ///
    /// - Throws: every fault in every file, by file and line: one that is missing or belongs to no mail, broken
    ///   syntax, an unknown name, a key or link that the mail never shows.
    package init(files: [String: String]) throws(TemplateFaults) {
        let files = files.mapValues(SafeText.lines)
        var faults = MailTemplates.strangers(in: files)
        let receipt: MailTemplate<ReceiptContent>? = MailTemplates.load(files, &faults)
        let resend: MailTemplate<ResendContent>? = MailTemplates.load(files, &faults)
        let refundConfirmed: MailTemplate<RefundConfirmedContent>? = MailTemplates.load(files, &faults)
        let accessSuspended: MailTemplate<AccessSuspendedContent>? = MailTemplates.load(files, &faults)
        let accessRestored: MailTemplate<AccessRestoredContent>? = MailTemplates.load(files, &faults)
        let paymentFailed: MailTemplate<PaymentFailedContent>? = MailTemplates.load(files, &faults)
        let keyReissued: MailTemplate<KeyReissuedContent>? = MailTemplates.load(files, &faults)
        let addressChanged: MailTemplate<AddressChangedContent>? = MailTemplates.load(files, &faults)
        guard let receipt, let resend, let refundConfirmed, let accessSuspended, let accessRestored,
            let paymentFailed, let keyReissued, let addressChanged, faults.isEmpty
        else { throw TemplateFaults(faults: faults) }
        (self.receipt, self.resend, self.keyReissued) = (receipt, resend, keyReissued)
        (self.refundConfirmed, self.paymentFailed) = (refundConfirmed, paymentFailed)
        (self.accessSuspended, self.accessRestored) = (accessSuspended, accessRestored)
        self.addressChanged = addressChanged
    }

    private static func load<Content>(
        _ files: [String: String], _ faults: inout [TemplateFault]
    ) -> MailTemplate<Content>? {
        do throws(TemplateFaults) {
            return try MailTemplate(files)
        } catch {
            faults += error.faults.filter { !faults.contains($0) }
            return nil
        }
    }

    private static func strangers(in files: [String: String]) -> [TemplateFault] {
        let known = Set(MailKind.allCases.flatMap(\.files))
        return files.keys.sorted()
            .filter { !known.contains($0) && !TemplateParts.isPart($0) }
            .filter { $0.hasSuffix(".txt") || $0.hasSuffix(".html") }
            .map { TemplateFault(file: $0, line: nil, reason: "no mail has a file of this name") }
    }
}
