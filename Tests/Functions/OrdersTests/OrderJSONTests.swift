import EventLoop
import FoundationEssentials
import HTTP
import Kernel
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Order JSON", .freshDatabase)
struct OrderJSONTests {
    private struct Shape: Decodable, Equatable {
        struct Amount: Decodable, Equatable {
            let minorUnits: Int
            let currency: String
        }
        struct Download: Decodable, Equatable {
            struct File: Decodable, Equatable {
                let name: String
                let platform: String
                let size: Int
                let url: String
            }
            let url: String
            let expiresAt: String
            let files: [File]
        }
        struct Mail: Decodable, Equatable {
            let to: String
            let status: String
            let sentAt: String?
        }
        let order: String?
        let status: String
        let product: String?
        let quantity: Int?
        let amount: Amount?
        let orderedAt: String?
        let paidAt: String?
        let licenseKeys: [String]?
        let licenseKeysMasked: Bool?
        let licenseKeysUntil: String?
        let download: Download?
        let mail: Mail?
    }

    private func shape(_ response: Response) throws -> Shape {
        #expect(response.fields["content-type"] == "application/json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Shape.self, from: Data(response.body))
    }

    @Test("of a paid order holds what the page shows")
    func paid() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE emails SET status = 'sent', sent_at = '2026-11-20T18:59:00Z'")
            let response = await desk.get("/orders/\(session)", accept: "application/json")
            let order = try shape(response)
            #expect(order.status == "paid" && order.product == "GenX Delay" && order.quantity == 1)
            #expect(order.amount == Shape.Amount(minorUnits: 4900, currency: "usd"))
            let key = try await desk.key()
            #expect(order.licenseKeys == [key])
            #expect(order.licenseKeysMasked == false && order.licenseKeysUntil != nil && order.paidAt != nil)
            let orderedAt = try await desk.text(
                #"SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM orders"#)
            #expect(order.orderedAt == orderedAt)
            #expect(
                order.mail
                    == Shape.Mail(to: "b…@example.com", status: "sent", sentAt: "2026-11-20T18:59:00.000000Z"))
            let download = try #require(order.download)
            #expect(download.url.hasPrefix("http://localhost:8080/download/"))
            #expect(
                download.files.map(\.url)
                    == ["GenX%20Delay%201.2.0.pkg", "GenX-Delay-1.2.0.exe"].map {
                        "\(download.url)/\($0)"
                    })
            let id = try await desk.text("SELECT id::text FROM orders")
            #expect(order.order == id)
        }
    }

    @Test("of an order without an active license holds no key and no link")
    func refunded() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE orders SET status = 'refunded'")
            let order = try shape(await desk.get("/orders/\(session)", accept: "application/json"))
            #expect(order.status == "refunded" && order.licenseKeys == [] && order.download == nil)
        }
    }

    @Test("of an unpaid session says pending")
    func pending() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session, status: "open", payment: "unpaid"))
            let response = await desk.get("/orders/\(session)", accept: "application/json")
            #expect(response.status == 200 && response.text == #"{"order":null,"status":"pending"}"#)
        }
    }

    @Test("of nothing is a problem document, the same for a forged and an unknown session")
    func missing() async throws {
        try await withOrderDesk { desk in
            let forged = await desk.get("/orders/nonsense", accept: "application/json")
            let unknown = await desk.get("/orders/cs_test_0000000000", accept: "application/json")
            #expect(forged.status == 404 && forged.fields["content-type"] == "application/problem+json")
            #expect(forged == unknown)
        }
    }
}
