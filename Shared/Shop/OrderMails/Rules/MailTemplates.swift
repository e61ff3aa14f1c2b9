import Kernel
package import Outbox
package import Templates

/// The templates of all order mails, checked at start, before any mail is sent.
///
/// They are Mustache templates (<https://mustache.github.io/mustache.5.html>): variables, sections, inverted sections,
/// comments and partials. `infra/mail/README.md` lists the names they can use.
package struct MailTemplates: Sendable {
    private let templates: [EmailKind: MailTemplate]

    /// Parses templates from file contents by file name; ignores files other than `.txt` and `.html`.
    ///
    /// A file `_name` is a partial, included by `{{> name}}` and checked in each mail that includes it.
    ///
    /// - Throws: all faults, by file and line: a missing file, a file of no mail, invalid syntax, an unknown name, a
    ///   key or link that the mail never shows.
    package init(files: [String: String]) throws(TemplateFaults) {
        let files = files.mapValues(SafeText.lines)
        var faults = MailTemplates.strangers(in: files)
        var templates: [EmailKind: MailTemplate] = [:]
        for kind in OrderMailKind.all {
            do throws(TemplateFaults) { templates[kind.kind] = try MailTemplate(kind, files) } catch {
                faults += error.faults.filter { !faults.contains($0) }
            }
        }
        guard faults.isEmpty else { throw TemplateFaults(faults: faults) }
        self.templates = templates
    }

    /// Returns the templates of `kind`; `nil` if it is not a kind of order mail.
    package subscript(kind: EmailKind) -> MailTemplate? { templates[kind] }

    private static func strangers(in files: [String: String]) -> [TemplateFault] {
        let known = Set(OrderMailKind.all.flatMap(\.files))
        return files.keys.sorted()
            .filter { !known.contains($0) && !TemplateParts.isPart($0) }
            .filter { $0.hasSuffix(".txt") || $0.hasSuffix(".html") }
            .map { TemplateFault(file: $0, line: nil, reason: "no mail has a file of this name") }
    }
}
