import Catalog
import DomainNames
import Kernel
import Orders
import Outbox
import Pages

extension OrderView {
    /// The page of a paid order: the keys, the files, and where the mail went.
    func openPage(form: Markup) -> Markup {
        """
            <h1>Thank you for your order</h1>
            <p class="lede">\(open.map(\.record.name).joined(separator: ", ")) \(open.count == 1 ? "is" : "are") yours. Here is everything you need, and
              <a href="/success#install">this is how to install it</a>.</p>
        \(refundNotice)
        \(Markup.lines(open, section))
        \(mailNotice)
        \(form)
        \(facts)
        """
    }

    /// The keys and files of one line; its product is named where there are several.
    private func section(_ line: Line) -> Markup {
        let name: Markup = open.count == 1 ? "" : " for \(line.record.name)"
        return """
            \(keySection(line, name))
                <h2>Your download\(name)</h2>
            \(downloads(line))
            """
    }

    private func keySection(_ line: Line, _ name: Markup) -> Markup {
        guard !line.keys.isEmpty else { return .empty }
        return """
                <h2>\(line.keys.count == 1 ? "Your license key" : "Your license keys")\(name)</h2>
            \(Markup.lines(line.keys, keyBox))
                <p class="hint">\(keyHint)</p>
            """
    }

    private var refundNotice: Markup {
        guard record.status == .partiallyRefunded else { return .empty }
        let closed = record.lines.filter(\.amounts.isRefunded).map(\.name)
        let stays: Markup =
            closed.isEmpty
            ? "Your license \(keys.count == 1 ? "key" : "keys") and your downloads stay yours."
            : "That closed \(closed.joined(separator: ", ")); everything on this page stays yours."
        return notice(
            "info",
            """
            \(record.refunded.formatted) of your payment went back to where it came from; banks may take 5 to 10 \
            business days to show it. \(stays)
            """)
    }

    private func keyBox(_ key: String) -> Markup { "    <p class=\"key\">\(key)</p>" }

    private var keyHint: Markup {
        guard let keysUntil else {
            return """
                For your safety the page shows only the end of a key when a day has gone by. \
                <a href="/lost-email">Have the e-mail sent again</a> to read it whole.
                """
        }
        let isInMail = record.mail.map { $0.status != .dead } ?? false
        return """
            Shown here until \(HumanFormat.minute(keysUntil))\(isInMail ? ", and for good in the e-mail" : ""). Keep it: it \
            is yours alone.
            """
    }

    private func downloads(_ line: Line) -> Markup {
        guard let download = line.download else {
            return """
                    <p>The download link has expired or is used up. A fresh one goes to the address you ordered with.</p>
                    <div class="actions">
                      <a class="button" href="/lost-email">Ask for a fresh link</a>
                    </div>
                """
        }
        guard !line.record.artifacts.isEmpty else {
            return """
                    <div class="notice notice-info">
                      <p>There is no release yet. <a href="\(download.path)">Your download page</a> lists the files as \
                soon as there is one.</p>
                    </div>
                """
        }
        return table(line.record.artifacts, download)
    }

    private func table(_ artifacts: [Artifact], _ download: Download) -> Markup {
        """
            <table class="files">
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">System</th>
                  <th scope="col">Size</th>
                  <td></td>
                </tr>
              </thead>
              <tbody>
        \(Markup.lines(artifacts) { row($0, download) })
              </tbody>
            </table>
            <p class="hint">The links work until \(HumanFormat.minute(download.expiresAt)).
              <a href="\(download.path)">Your download page</a> has them too, with a checksum for each file.</p>
        """
    }

    private func row(_ artifact: Artifact, _ download: Download) -> Markup {
        """
                <tr>
                  <td class="file-name">\(artifact.fileName)</td>
                  <td data-label="System">\(artifact.platformLabel)</td>
                  <td data-label="Size">\(HumanFormat.size(artifact.size))</td>
                  <td class="file-get"><a class="button" href="\(download.path(of: artifact))"
                    aria-label="Download \(artifact.fileName)">Download</a></td>
                </tr>
        """
    }

    private var mailNotice: Markup {
        guard let mail = record.mail, let email = record.email else { return noMailNotice }
        let address: Markup = "<strong>\(email.shownMasked)</strong>"
        switch mail.status {
        case .pending:
            return notice(
                "info",
                "\(changed)The e-mail with your key and your download link is on its way to \(address).")
        case .sent:
            return notice(
                "info",
                """
                \(changed)The e-mail with your key and your download link went to \(address)\(sentAt(mail)). Not there? \
                Look in your spam folder, or <a href="/lost-email">have it sent again</a>.
                """)
        case .dead:
            return notice(
                "warning",
                """
                \(changed)We could not deliver the e-mail to \(address). Perhaps the address has a typing error: \
                \(remedy).
                """)
        }
    }

    private var noMailNotice: Markup {
        guard let email = record.email else {
            return notice("warning", "There is no e-mail address with this order: \(remedy).")
        }
        return notice(
            "info",
            """
            \(changed)No e-mail with your key has gone to <strong>\(email.shownMasked)</strong> yet. \
            <a href="/lost-email">Have it sent</a>.
            """)
    }

    /// The notice that the address is no longer the one given at the payment.
    private var changed: Markup {
        guard let correctedAt = record.correctedAt else { return .empty }
        return "The address was changed on \(HumanFormat.minute(correctedAt)). "
    }

    private var remedy: Markup {
        guard correctableUntil != nil else {
            return """
                save your key and your files now, and <a href="/support">write to us</a> if you want them by e-mail
                """
        }
        return "give us the right one below"
    }

    private func sentAt(_ mail: OrderRecord.Mail) -> Markup {
        guard let sentAt = mail.sentAt else { return .empty }
        return " on \(HumanFormat.minute(sentAt))"
    }

    private func notice(_ kind: String, _ text: Markup) -> Markup {
        """
            <div class="notice notice-\(kind)">
              <p>\(text)</p>
            </div>
        """
    }
}
