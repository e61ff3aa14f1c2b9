import Catalog
import JSON
import Kernel
import Orders
import Stripe
import Support
import Testing

@testable import Fulfilment

@Suite("Lines of a session")
struct SessionLinesTests {
    private static let delay = ProductID(at: testNow)
    private static let verb = ProductID(at: testNow)

    private static func catalog() throws -> Catalog {
        let usd = try #require(Currency("usd"))
        func product(_ id: ProductID, _ slug: String, _ amount: Int64) -> Product {
            Product(
                id: id, slug: slug, name: slug, keyPrefix: "GENX", downloadLimit: 1, downloadDays: 1,
                stripePriceIDs: ["price_\(slug)"], price: Money(minorUnits: amount, currency: usd), artifacts: [])
        }
        return Catalog(
            shop: Shop(
                id: ShopID(at: testNow), name: "GenX", supportEmail: try #require(EmailAddress("a@genx.example")),
                sender: "GenX <a@genx.example>"),
            products: [product(delay, "delay", 4900), product(verb, "verb", 2900)])
    }

    private static func session(_ members: String, items: String = "null") throws -> CheckoutSession {
        try CheckoutSession(
            json: JSONNode(
                Array(
                    """
                    {"id":"cs_test_1","payment_status":"paid","livemode":false,"currency":"usd","line_items":\(items),\(members)}
                    """.utf8)))
    }

    private static func lines(_ members: String, _ items: String...) throws -> SessionLines {
        let session = try session(
            members, items: #"{"data":[\#(items.joined(separator: ","))],"has_more":false}"#)
        return try SessionLines(
            try #require(session.lineItems).items, session, total: try #require(session.total), try catalog())
    }

    /// The lines as text: position, product, quantity, unit, discount, tax, total.
    private static func text(_ lines: SessionLines) -> [String] {
        lines.lines.map { line in
            let product = line.product == delay ? "delay" : line.product == verb ? "verb" : line.description ?? "–"
            return
                "\(line.position) \(product) \(line.quantity)×\(line.unitAmount) -\(line.discount) +\(line.tax) =\(line.total)"
        }
    }

    @Test("items become lines in their order, with what Stripe says of each")
    func items() throws {
        let lines = try Self.lines(
            #""amount_total":10300"#,
            #"""
            {"id":"li_1","quantity":2,"amount_subtotal":5800,"amount_discount":500,"amount_tax":0,"amount_total":5300,
             "price":{"id":"price_verb","unit_amount":2900}}
            """#,
            #"""
            {"id":"li_2","quantity":1,"amount_subtotal":4900,"amount_discount":0,"amount_tax":100,"amount_total":5000,
             "price":{"id":"price_delay","unit_amount":4900}}
            """#)
        #expect(Self.text(lines) == ["1 verb 2×2900 -500 +0 =5300", "2 delay 1×4900 -0 +100 =5000"])
        #expect(lines.differences == [])
        #expect(lines.units == 3)
    }

    @Test("an item that the catalog does not know is a line without a product, and a difference")
    func unknown() throws {
        let lines = try Self.lines(
            #""amount_total":5900"#, #"{"id":"li_1","quantity":1,"amount_total":4900,"price":{"id":"price_delay"}}"#,
            #"{"id":"li_2","quantity":1,"amount_total":1000,"description":"A shirt","price":{"id":"price_shirt"}}"#)
        #expect(Self.text(lines) == ["1 delay 1×4900 -0 +0 =4900", "2 A shirt 1×0 -0 +0 =1000"])
        #expect(lines.differences == [.unknownItem(amount: 1000)])
        #expect(lines.units == 1)
    }

    @Test("what was paid beyond the items is a line of its own, and what they claim too much is a discount")
    func unbalanced() throws {
        let item = #"{"id":"li_1","quantity":1,"amount_total":4900,"price":{"id":"price_delay"}}"#
        let other = #"{"id":"li_2","quantity":1,"amount_total":2900,"price":{"id":"price_verb"}}"#
        let more = try Self.lines(#""amount_total":8300"#, item, other)
        #expect(
            Self.text(more) == [
                "1 delay 1×4900 -0 +0 =4900", "2 verb 1×2900 -0 +0 =2900", "3 not itemized 1×500 -0 +0 =500",
            ])
        let less = try Self.lines(#""amount_total":4000"#, item, other)
        #expect(Self.text(less) == ["1 delay 1×4900 -900 +0 =4000", "2 verb 1×2900 -2900 +0 =0"])
        for (lines, paid) in [(more, 8300 as Int64), (less, 4000)] {
            let usd = try #require(Currency("usd"))
            #expect(
                lines.differences == [
                    .itemsDoNotAddUp(
                        items: Money(minorUnits: 7800, currency: usd), paid: Money(minorUnits: paid, currency: usd))
                ])
        }
    }

    @Test("items without amounts cost what the catalog says, a single one what the session says")
    func withoutAmounts() throws {
        let two = try Self.lines(
            #""amount_total":10700"#, #"{"id":"li_1","quantity":2,"price":{"id":"price_verb"}}"#,
            #"{"id":"li_2","quantity":1,"price":{"id":"price_delay"}}"#)
        #expect(Self.text(two) == ["1 verb 2×2900 -0 +0 =5800", "2 delay 1×4900 -0 +0 =4900"])
        #expect(two.differences == [])
        let one = try Self.lines(
            #""amount_total":9000,"amount_subtotal":9800,"total_details":{"amount_discount":800,"amount_tax":0}"#,
            #"{"id":"li_1","quantity":2,"price":{"id":"price_delay"}}"#)
        #expect(Self.text(one) == ["1 delay 2×4900 -800 +0 =9000"])
    }

    @Test("an item that costs more than an amount can be is refused, not counted")
    func tooLarge() {
        #expect(throws: FulfilmentFault.self) {
            try Self.lines(
                #""amount_total":1"#,
                #"{"id":"li_1","price":{"id":"price_delay","unit_amount":999999999999999},"quantity":10000}"#,
                #"{"id":"li_2","quantity":1,"price":{"id":"price_verb"}}"#)
        }
    }

    @Test(
        "a quantity of none, of less, or of more than a sale can have is refused",
        arguments: [0, -1, 10_001, Int64.max])
    func quantity(_ quantity: Int64) {
        #expect(throws: FulfilmentFault.self) {
            try Self.lines(
                #""amount_total":1"#, #"{"id":"li_1","quantity":\#(quantity),"price":{"id":"price_delay"}}"#)
        }
    }
}
