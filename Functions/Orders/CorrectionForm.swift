import DomainNames
import Kernel
import Orders
import Outbox
import Pages

extension OrderView {
    /// Returns the form for a wrong address while it may be used; it is folded unless something is wrong.
    ///
    /// - Parameter refused: the text that was entered and is not an address.
    func correctionForm(at session: SessionID, refused: String?) -> Markup {
        guard let correctableUntil else { return .empty }
        let isOpen = refused != nil || record.email == nil || record.mail?.status == .dead
        return """
                <details class="card"\(isOpen ? " open" : "")>
                  <summary>\(record.email == nil ? "Get it by e-mail" : "Is that the wrong address?")</summary>
                  <form method="post" action="\(session.path)/email">
                    <div class="field">
                      <label for="email">Your e-mail address</label>
            \(field(refused))
                    </div>
                    <button class="button" type="submit">Send the e-mail there</button>
                  </form>
                  <p class="hint">Possible until \(HumanFormat.minute(correctableUntil)), \(timesLeft). \(consequence)</p>
                </details>
            """
    }

    private func field(_ refused: String?) -> Markup {
        guard let refused else {
            return """
                      <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required>
                """
        }
        return """
                  <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required
                    value="\(String(refused.prefix(254)))" aria-invalid="true" aria-describedby="email-error" autofocus>
                  <p class="field-error" id="email-error">\(reason(refused)) Nothing was changed.</p>
            """
    }

    private func reason(_ refused: String) -> String {
        EmailAddress(typed: refused)?.needsSMTPUTF8 == true ? AddressForm.unsendable : AddressForm.reason
    }

    private var timesLeft: Markup {
        switch CorrectionRule.buyer.count - record.corrections {
        case ...1: "once more"
        case let count: "\(count) times"
        }
    }

    private var consequence: Markup {
        guard record.email != nil else { return .empty }
        return """
            Links that were sent before stop working then, and the e-mail comes with fresh ones; your license \
            \(keys.count == 1 ? "key stays" : "keys stay") the same.
            """
    }
}
