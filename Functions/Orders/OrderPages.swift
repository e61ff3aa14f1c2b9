import DomainNames
import Kernel
import Orders
import Pages

extension OrderView {
    /// The order's page for people, at its session's path.
    ///
    /// - Parameter refused: the text that was entered in the form for another e-mail address and is not an address.
    func page(at session: SessionID, refused: String? = nil) -> Page {
        let site = Site(shopName: record.shopName, productName: record.productNames)
        switch state {
        case .open:
            return Page(
                title: "Your order", site: site, main: openPage(form: correctionForm(at: session, refused: refused)))
        case .pending:
            return .waiting(site)
        case .awaitingPayment:
            return Page(
                title: "Your payment is on its way", site: site, refreshSeconds: OrderView.longRefresh,
                main: waitingForPayment)
        default:
            let text = state.endText
            return Page(title: text.heading, site: site, main: ended(text))
        }
    }

    /// A delayed payment takes days, so its page reloads rarely.
    private static let longRefresh = 30

    private var waitingForPayment: Markup {
        """
            <h1>Your payment is on its way</h1>
            <p class="lede">Thank you for your order. Some ways of paying, such as a bank debit, take a few days to
              confirm. There is nothing more for you to do.</p>
            <div class="notice notice-info">
              <p>As soon as the payment is confirmed, your license key and your download link go to
                \(recipient). This page shows them then, too, and loads itself again until it does.</p>
            </div>
        \(facts)
        """
    }

    private func ended(_ text: EndText) -> Markup {
        """
            <h1>\(text.heading)</h1>
            <p class="lede">\(text.explanation)</p>
            <div class="actions">
        \(text.isSupportFirst ? supportFirst : buyFirst)
            </div>
        \(facts)
        """
    }

    private var buyFirst: Markup {
        """
              <a class="button" href="/">Back to \(record.productNames)</a>
              <a class="button button-secondary" href="/support">Get support</a>
        """
    }

    private var supportFirst: Markup {
        """
              <a class="button" href="/support">Get support</a>
              <a class="button button-secondary" href="/refunds">About refunds</a>
        """
    }

    private var recipient: Markup {
        guard let email = record.email else { return "the address you gave" }
        return "<strong>\(email.shownMasked)</strong>"
    }

    /// The facts that support will ask for.
    var facts: Markup {
        """
            <h2>Your order</h2>
            <dl class="facts">
        \(numberFact)      <dt>Date</dt>
              <dd>\(HumanFormat.minute(record.orderedAt))</dd>
        \(Markup.lines(record.lines, fact))
              <dt>\(record.paidAt == nil ? "Price" : "Paid")</dt>
              <dd>\(record.total.formatted)</dd>\(refundedFact)
            </dl>
        """
    }

    private var numberFact: Markup {
        guard let number = record.number else { return .empty }
        return """
                  <dt>Order</dt>
                  <dd>\(number.description)</dd>

            """
    }

    /// A line, with its price only if that is not the whole order's.
    private func fact(_ line: OrderRecord.Line) -> Markup {
        """
              <dt>\(line.isProduct ? "Product" : "Item")</dt>
              <dd>\(line.name)\(quantity(line))\(price(line))</dd>
        """
    }

    private func quantity(_ line: OrderRecord.Line) -> Markup {
        line.quantity == 1 ? .empty : ", \(line.quantity)\(line.isProduct ? " licenses" : "")"
    }

    private func price(_ line: OrderRecord.Line) -> Markup {
        let amounts = line.amounts
        let isPlain = record.lines.count == 1 && line.quantity == 1 && amounts.discount == 0 && amounts.tax == 0
        guard !isPlain else { return .empty }
        let each: Markup = line.quantity == 1 ? "" : " (\(amounts.money(\.unit).formatted) each)"
        let details = amounts.details.map { ", \($0.name) \($0.amount.formatted)" }.joined()
        return ": \(amounts.money(\.total).formatted)\(each)\(details)"
    }

    private var refundedFact: Markup {
        guard record.refunded.amount.minorUnits > 0 else { return .empty }
        return """

                  <dt>Refunded</dt>
                  <dd>\(record.refunded.formatted)</dd>
            """
    }
}

extension Page {
    /// The page for a buyer who may have paid a moment ago; it reloads itself.
    static func waiting(_ site: Site) -> Page {
        Page(
            title: "Your payment is being confirmed", site: site, refreshSeconds: 5,
            main: """
                    <h1>Your payment is being confirmed</h1>
                    <p class="lede">If you have just paid, this takes some seconds. This page loads itself again until
                      your license key is here.</p>
                    <div class="notice notice-info">
                      <p>You can close it: the e-mail with your key and your download link comes in any case.</p>
                    </div>
                    <p>If you left the payment page before you paid, nothing was charged. You can
                      <a href="/">go back and buy again</a>.</p>
                """)
    }
}

/// The text about an order that is over.
private struct EndText {
    let heading: String
    let explanation: String
    var isSupportFirst = true
}

extension OrderState {
    fileprivate var endText: EndText {
        switch self {
        case .failed:
            EndText(
                heading: "The payment did not go through",
                explanation: "Nothing was charged, and no license was issued. You can order again at any time.",
                isSupportFirst: false)
        case .expired:
            EndText(
                heading: "This order was not completed",
                explanation: "Nothing was charged: the payment page was left before anybody paid. You can order again "
                    + "at any time.", isSupportFirst: false)
        case .refunded:
            EndText(
                heading: "This order was refunded",
                explanation: "The money is on its way back to where it came from; banks may take 5 to 10 business days "
                    + "to show it. The license key no longer works. If that surprises you, write to us.")
        case .disputed:
            EndText(
                heading: "This order is on hold",
                explanation:
                    "The payment is disputed with the bank or card company. Until that is settled, the license "
                    + "key and the downloads are paused; nothing is lost. If it is a mistake, ask your bank to withdraw "
                    + "the dispute, and write to us: everything works again as soon as it is confirmed.")
        case .lost:
            EndText(
                heading: "This order is closed",
                explanation: "The bank or card company took the payment back, and the license key no longer works. If "
                    + "that surprises you, write to us.")
        case .closed, .open, .pending, .awaitingPayment:
            EndText(
                heading: "This license is not active",
                explanation: "The license of this order was suspended or withdrawn. Write to us, and we look into it.")
        }
    }
}
