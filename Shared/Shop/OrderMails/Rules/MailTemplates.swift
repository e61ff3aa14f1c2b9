import Kernel
package import Outbox
package import Templates

/// The templates of every mail about an order, checked as a whole before the first mail goes out.
///
/// They are Mustache (<https://mustache.github.io/mustache.5.html>): variables, sections, inverted sections,
/// comments and partials. The names they can use are `infra/mail/README.md`'s.
package struct MailTemplates: Sendable {
    private let templates: [EmailKind: MailTemplate]

    /// Reads templates from their files' texts by name; files that are neither `.txt` nor `.html` are none.
    ///
    /// A file `_name` is a part for others: `{{> name}}`. It is checked in each mail that uses it.
    ///
    /// - Throws: every fault in every file, by file and line: one that is missing or belongs to no mail, broken
    ///   syntax, an unknown name, a key or link that the mail never shows.
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

    /// The templates of a kind; `nil` when it is none of a mail about an order.
    package subscript(kind: EmailKind) -> MailTemplate? { templates[kind] }

    private static func strangers(in files: [String: String]) -> [TemplateFault] {
        let known = Set(OrderMailKind.all.flatMap(\.files))
        return files.keys.sorted()
            .filter { !known.contains($0) && !TemplateParts.isPart($0) }
            .filter { $0.hasSuffix(".txt") || $0.hasSuffix(".html") }
            .map { TemplateFault(file: $0, line: nil, reason: "no mail has a file of this name") }
    }
}
