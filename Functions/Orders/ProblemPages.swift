import HTTP
import Kernel
import Pages

extension Orders {
    /// Returns the page for a refused request; `nil` leaves it to the refusal's own text.
    func problem(_ refusal: Refusal, at endpoint: Endpoint) -> ProblemPage? {
        switch endpoint {
        case .resend: resendProblem(refusal)
        case .order: orderProblem(refusal)
        case .correction(let session), .correctionForm(let session):
            addressProblem(refusal, .init("Back to your order", session.path))
        }
    }

    func orderProblem(_ refusal: Refusal) -> ProblemPage? {
        switch refusal {
        case .notFound:
            ProblemPage(
                heading: "There is no order here",
                explanation: "The address may have been cut off or mistyped. If you bought something, the e-mail with "
                    + "your key can be sent again.",
                actions: [.lostEmail, .support])
        case .tooManyRequests(let verdict):
            ProblemPage(
                heading: "That was too often in a short time",
                explanation: "If you paid, nothing is lost: the e-mail with your key comes by itself. Please wait "
                    + "\(ProblemPage.wait(verdict)) and load this page again.",
                actions: [.support, .home])
        case .unavailable, .failed:
            ProblemPage(
                heading: "Your order cannot be shown right now",
                explanation: "If you paid, nothing is lost: the e-mail with your key comes by itself. Please wait a "
                    + "minute and load this page again.",
                actions: [.support, .home])
        default: nil
        }
    }

    /// Returns the page for a correction that was refused.
    private func addressProblem(_ refusal: Refusal, _ back: ProblemPage.Action) -> ProblemPage? {
        let heading = "The address was not changed"
        return switch refusal {
        case .notFound: orderProblem(.notFound)
        case .conflict(let reason):
            ProblemPage(
                heading: heading, explanation: "\(reason) If the e-mail does not reach you, write to us.",
                actions: [back, .support])
        case .tooManyRequests(let verdict):
            ProblemPage(
                heading: heading,
                explanation: "That was too often in a short time. Please wait \(ProblemPage.wait(verdict)), go back to "
                    + "your order, and try again.", actions: [back, .support])
        case .malformed, .unavailable, .failed:
            ProblemPage(
                heading: heading,
                explanation:
                    "Something went wrong on the way. Please wait a minute, go back to your order, and try again.",
                actions: [back, .support])
        default: nil
        }
    }

    /// Returns the page for a lost-e-mail request that was refused.
    private func resendProblem(_ refusal: Refusal) -> ProblemPage? {
        let form = ProblemPage.Action("Back to the form", "/lost-email")
        return switch refusal {
        case .malformed(_, let reason):
            ProblemPage(
                heading: "Please check the address", explanation: "\(reason) Nothing was sent.",
                actions: [form, .support])
        case .tooManyRequests(let verdict):
            ProblemPage(
                heading: "That was too often in a short time",
                explanation: "A mail that you asked for before is on its way if the address bought something; look "
                    + "into your spam folder too. You can ask again in \(ProblemPage.wait(verdict)).",
                actions: [form, .support])
        default: nil
        }
    }
}

extension Page {
    /// The response to everyone who lost an e-mail.
    static let accepted = Page(
        title: "Look into your mailbox", site: .unnamed,
        main: """
                <h1>Look into your mailbox</h1>
                <p class="lede">If this address bought something, a mail is on its way.</p>
                <p>It holds every license key of yours and fresh download links, and usually arrives within two
                  minutes.</p>
                <h2>If nothing arrives</h2>
                <ul>
                  <li>Look in your spam folder.</li>
                  <li>Try any other address that you may have used. Payment services often fill in an older one.</li>
                  <li>One mail in ten minutes goes to an address; after that you can
                    <a href="/lost-email">ask again</a>.</li>
                  <li>Still nothing? <a href="/support">Write to us</a> with the date of your order.</li>
                </ul>
            """)
}
