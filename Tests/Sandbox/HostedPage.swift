import HTTP
import JSON
import Kernel

/// The sandbox's pages for buyers.
enum HostedPage {
    /// The items, the amount and the payment form; `trouble` says why the last attempt failed.
    case payment(_ session: JSONValue, _ items: [JSONValue], _ trouble: String?)
    /// A notice, with a link back to the shop if there is one.
    case notice(_ title: String, _ text: String, _ session: JSONValue = .null)

    /// The complete document.
    var html: String {
        switch self {
        case .payment(let session, let items, let trouble):
            document("Pay", HostedPage.summary(session, items) + "\n" + HostedPage.form(session, trouble))
        case .notice(let title, let text, let session):
            document(title, HostedPage.notice(title, text, session))
        }
    }

    private func document(_ title: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>\(HTML.escape(title)) – sandbox</title>
        <link rel="stylesheet" href="/assets/pay.css">
        </head>
        <body>
        <p class="banner" role="note"><strong>Sandbox: no real money.</strong> This page stands in for Stripe’s.</p>
        <main>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private static func summary(_ session: JSONValue, _ items: [JSONValue]) -> String {
        let rows = items.map { item in
            """
            <li><span class="name">\(HTML.escape(item["description"].string ?? ""))</span>
            <span class="quantity">Quantity \(item["quantity"].integer ?? 0)</span>
            <span class="price">\(amount(item["amount_total"], session))</span></li>
            """
        }
        return """
            <section class="summary" aria-labelledby="total">
            <p class="label">Amount due</p>
            <h1 id="total">\(amount(session["amount_total"], session))</h1>
            <ul>
            \(rows.joined(separator: "\n"))
            </ul>
            </section>
            """
    }

    private static func form(_ session: JSONValue, _ trouble: String?) -> String {
        let path = "/pay/\(HTML.escape(session["id"].string ?? ""))"
        let alert = trouble.map { "<p class=\"trouble\" role=\"alert\">\(HTML.escape($0))</p>" } ?? ""
        let cancel =
            session["cancel_url"].isNull
            ? "" : "<button class=\"plain\" formaction=\"\(path)/cancel\" formnovalidate>Cancel</button>"
        return """
            <form method="post" action="\(path)/pay">
            \(alert)
            <label for="email">E-mail</label>
            <input id="email" name="email" type="email" autocomplete="email" required
             value="\(HTML.escape(session["customer_email"].string ?? "buyer@example.com"))">
            <label for="name">Name</label>
            <input id="name" name="name" autocomplete="name" maxlength="150" value="Jenny Rosen">
            <label for="method">Payment method</label>
            <select id="method" name="method">
            <option value="card">Card ending in 4242</option>
            <option value="delayed_succeeds">Bank debit that will succeed</option>
            <option value="delayed_fails">Bank debit that will fail</option>
            </select>
            \(terms(session))
            <button class="primary" id="pay">Pay \(amount(session["amount_total"], session))</button>
            <div class="row">
            <button class="plain" formaction="\(path)/decline">Decline</button>
            \(cancel)
            </div>
            </form>
            """
    }

    private static func terms(_ session: JSONValue) -> String {
        guard session["consent_collection"]["terms_of_service"] == "required" else { return "" }
        return """
            <label class="check"><input type="checkbox" name="terms" required> I agree to the shop’s terms of service</label>
            """
    }

    private static func notice(_ title: String, _ text: String, _ session: JSONValue) -> String {
        let back = session["cancel_url"].string.map { url in
            "<p><a class=\"primary\" href=\"\(HTML.escape(url))\">Back to the shop</a></p>"
        }
        return """
            <section class="summary">
            <h1>\(HTML.escape(title))</h1>
            <p>\(HTML.escape(text))</p>
            \(back ?? "")
            </section>
            """
    }

    private static func amount(_ units: JSONValue, _ session: JSONValue) -> String {
        guard let currency = Currency(session["currency"].string ?? "") else { return "" }
        return HTML.escape(Money(minorUnits: units.integer ?? 0, currency: currency).formatted)
    }
}
