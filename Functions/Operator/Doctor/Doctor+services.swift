import EmailMessage
import EventLoop
import HTTP
import Kernel
import OrderMails
import Outbound
import Outbox
import Storage
import Stripe
import StripeClient

extension Doctor {
    /// Checks that Stripe accepts the key.
    func stripe(_ settings: StripeSettings?) async -> Check {
        guard let settings else { return .skipped("Stripe", "needs STRIPE_API_KEY") }
        let kind = settings.isTest ? "a test key: no real money moves" : "a live key: real money moves"
        let client = StripeClient(settings, policy: .interactive, totalTimeout: .seconds(10))
        do throws(StripeCallFault) {
            let balance = try await client.send(.balance)
            guard balance.livemode != settings.isTest else {
                return .failed(
                    "Stripe", "the key and the account disagree about real money", advice: "check STRIPE_API_BASE")
            }
            return .passed("Stripe", "reachable, \(kind)")
        } catch {
            return stripeFault(error, kind)
        }
    }

    private func stripeFault(_ fault: StripeCallFault, _ kind: String) -> Check {
        switch fault {
        case .answered(.authentication(_, let context)) where context.status == 403:
            // A restricted key without the right to read the balance is still a valid key.
            return .passed("Stripe", "reachable, \(kind); a restricted key without the right to read the balance")
        case .answered(.authentication):
            return .failed(
                "Stripe", "the key is not accepted", advice: "take a key from Stripe's dashboard into STRIPE_API_KEY")
        case .answered, .unreachable:
            return .failed("Stripe", fault.description, advice: "check STRIPE_API_BASE and the way out to it")
        }
    }

    /// Checks that the mail server accepts the connection and login; sends no mail.
    func mailServer(_ settings: MailSettings?) async -> Check {
        guard let settings else { return .skipped("mail server", "needs SMTP_URL and the other mail settings") }
        let client = SMTPClient(settings.server, connectTimeout: .seconds(10), totalTimeout: .seconds(15))
        do throws(SMTPFault) {
            try await client.check(as: settings.sender.address)
            return .passed("mail server", "\(settings.server) takes our connection and any login (no mail was sent)")
        } catch {
            return .failed("mail server", error.description, advice: advice(error, settings.server))
        }
    }

    private func advice(_ fault: SMTPFault, _ server: SMTPServer) -> String {
        switch fault {
        case .misconfigured:
            "check user and password in SMTP_URL (percent-encoded), and the account's state at the provider"
        case .transient(.tls): "the server's certificate must be for its host name, and STARTTLS must be on"
        case .permanent, .unclear, .needsSMTPUTF8, .transient: "is \(server) up, and reachable from here?"
        }
    }
}
