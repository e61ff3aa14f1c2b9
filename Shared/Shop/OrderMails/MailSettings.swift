package import Downloads
package import EmailMessage
import Files
import Kernel
package import Outbound
package import Settings
import Templates

/// The settings for rendering and delivering mails, besides `PublicURL`.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `TOKEN_SECRETS` | needed; `version:base64,…`, the first is current, at least 32 bytes each |
/// | `SMTP_URL` | needed; `smtps://`, `smtp://` (STARTTLS unless the host is this machine), `smtp+plain://` only with a Stripe test key |
/// | `MAIL_FROM` | needed; `Name <address>` or an address |
/// | `MAIL_TEMPLATES` | needed; the folder with the templates, as `infra/mail` |
package struct MailSettings: Sendable {
    /// The mail server.
    package let server: SMTPServer
    /// The From line.
    package let sender: Mailbox
    /// The checked templates.
    package let templates: MailTemplates
    /// The base URL of all links.
    package let publicURL: PublicURL
    /// Makes the tokens of download links.
    package let downloadTokens: DownloadTokens

    /// Reads the settings and the template files; returns `nil` after recording a fault in `read`.
    ///
    /// Blocks while it reads files, so it must run before the event loop.
    package init?(_ read: inout SettingsReader, isTest: Bool) {
        let server = read.value(
            "SMTP_URL", expected: "smtps://… or smtp://…; smtp+plain:// only with a Stripe test key"
        ) {
            SMTPServer($0, allowsPlain: isTest)
        }
        let sender = read.value("MAIL_FROM", expected: "Name <address> or an address", parse: Mailbox.init(text:))
        let url = PublicURL(&read, allowsPlain: isTest)
        let templates = MailSettings.templates(&read)
        let tokens = DownloadTokens(&read)
        guard let server, let sender, let url, let templates, let tokens else { return nil }
        (self.server, self.sender, publicURL, self.templates) = (server, sender, url, templates)
        downloadTokens = tokens
    }

    private static func templates(_ read: inout SettingsReader) -> MailTemplates? {
        let folder = read.text("MAIL_TEMPLATES")
        guard !folder.isEmpty else { return nil }
        var files: [String: String] = [:]
        do throws(FileFault) {
            for name in try Folder.names(folder) where name.hasSuffix(".txt") || name.hasSuffix(".html") {
                files[name] = String(validating: try FileReader.whole("\(folder)/\(name)"), as: UTF8.self)
            }
        } catch {
            read.reject("MAIL_TEMPLATES", expected: "a folder of templates that can be read (\(error))")
            return nil
        }
        do throws(TemplateFaults) {
            return try MailTemplates(files: files)
        } catch {
            for fault in error.faults { read.reject("MAIL_TEMPLATES", expected: "templates without faults (\(fault))") }
            return nil
        }
    }
}
