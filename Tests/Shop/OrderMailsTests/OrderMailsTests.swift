import EmailMessage
import Kernel
import OrderMails
import Support
import Templates
import Testing

@Suite("Mails about what became of an order")
struct OrderMailsTests {
    @Test("a refund in full says how much, when it comes, and that the keys no longer work")
    func refunded() throws {
        let mail = try Shipped.sample(.refundConfirmed, Sample.content(refunded: 4900, isRefundFull: true))
        #expect(mail.subject == "Your refund for GenX Delay from GenX Audio")
        try expect(
            mail, ["refunded in full: 49.00 USD", "no longer work", "5 to 10 business days"],
            not: ["so far", "go on working", "partial"])
    }

    @Test("a refund in part says how much so far, and that the keys go on working")
    func partlyRefunded() throws {
        let mail = try Shipped.sample(.refundConfirmed, Sample.content(refunded: 2000))
        #expect(mail.subject == "Your partial refund for GenX Delay from GenX Audio")
        try expect(
            mail,
            ["20.00 USD of your payment", "so far", "49.00 USD", "go on working", "5 to 10 business days"],
            not: ["no longer work", "in full"])
    }

    @Test("a pause says why, that nothing is lost, and what to do if it was a mistake")
    func suspended() throws {
        let mail = try Shipped.sample(.accessSuspended, Sample.content())
        #expect(mail.subject == "Your GenX Delay license from GenX Audio is paused")
        try expect(
            mail, ["dispute", "paused", "Nothing is lost", "ask your bank to withdraw the dispute", "tell us at"],
            not: ["Get your keys"])
    }

    @Test("an order that works again comes with everything a receipt has")
    func restored() throws {
        let mail = try Shipped.sample(.accessRestored, Sample.content())
        #expect(mail.subject == "Your GenX Delay license from GenX Audio works again")
        try expect(mail, MailTemplatesTests.facts + ["work again"], not: ["dispute"])
    }

    @Test("a replaced key comes with everything a receipt has, and says that the old one is over")
    func reissued() throws {
        let mail = try Shipped.sample(.keyReissued, Sample.content())
        #expect(mail.subject == "Your new GenX Delay license key from GenX Audio")
        try expect(mail, MailTemplatesTests.facts + ["was replaced", "no longer works"], not: ["payment", "dispute"])
    }

    @Test("a payment that did not come says that nothing was taken, and where to try again")
    func failed() throws {
        let mail = try Shipped.sample(.paymentFailed, Sample.content())
        #expect(mail.subject == "Your payment to GenX Audio for GenX Delay did not go through")
        try expect(
            mail, ["No money was taken", "nothing was delivered", "https://genx.example/#genx-delay", "Amount"],
            not: ["Paid", "bought", " card "])
    }

    @Test("a changed address is told to the one before without a key, a link, an amount or the new address")
    func addressChanged() throws {
        let mail = try Shipped.sample(.addressChanged, Sample.content())
        #expect(mail.subject == "The e-mail address of your GenX Delay order was changed")
        try expect(
            mail, ["no longer work", "Was it you?", "Did you buy nothing here?", "10123", "at once"],
            not: ["GENX-", "/download/", "49.00"])
    }

    @Test("a payment that did not come is refused without the way to try again")
    func noWayBack() throws {
        var files = try Shipped.files()
        files["payment_failed.txt"] = "It failed."
        let thrown = try #require(throws: TemplateFaults.self) { try MailTemplates(files: files) }
        #expect(thrown.description == "payment_failed.txt: {{tryAgainPage}} is missing from this mail")
    }

    @Test("an order that works again is refused without its keys and links")
    func noKeys() throws {
        var files = try Shipped.files()
        files["access_restored.html"] = "<p>It works again."
        let thrown = try #require(throws: TemplateFaults.self) { try MailTemplates(files: files) }
        #expect(
            thrown.description == """
                access_restored.html: {{key}} is missing from this mail
                access_restored.html: {{link}} is missing from this mail
                """)
    }

    private func expect(_ mail: MailMessage, _ facts: [String], not absent: [String]) throws {
        let read = try PythonEmail(mail.bytes)
        try #require(read.parts.count == 2)
        for form in read.parts.map(\.content) {
            let joined = form.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
            for fact in facts { #expect(joined.contains(fact), "\(fact) is missing") }
            let body = joined.split(separator: "</head>").last ?? ""
            for word in absent { #expect(!body.contains(word), "\(word) should not be said") }
        }
    }
}
