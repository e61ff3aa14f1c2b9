import Kernel
import Licensing
import Orders
import Testing

@Suite("Reference to an order or a license")
struct ReferenceTests {
    private struct NoPepper: Error, Equatable {}

    private static let id = "019aa2b1-7c00-7000-8000-000000000001"
    private static let key = "genx 855e k7eh aj9c"
    private let pepper = Pepper(Secret(String(repeating: "p", count: 32)))

    @Test(
        "is refused where it can be none",
        arguments: [
            "", "ch_1", "ada@example.com", "cs_test 1", "GENX-855E-K7EH-AJ9D", "019aa2b1", "#", "010001",
            "10001.", "-10001", "10 001", "99999999999999999999",
        ])
    func refused(text: String) throws {
        #expect(OrderReference(text) == nil)
        #expect(try OrderReference(text, pepper: missing) == nil)
        #expect(try LicenseReference(text, pepper: missing) == nil)
    }

    @Test("is an ID of ours, one of Stripe's, or the last four symbols of a key")
    func kinds() throws {
        let (order, license) = (try #require(OrderID(Self.id)), try #require(LicenseID(Self.id)))
        #expect(OrderReference(Self.id) == .order(order))
        #expect(OrderReference("cs_test_1") == .session("cs_test_1"))
        #expect(OrderReference("pi_1") == .paymentIntent("pi_1"))
        #expect(OrderReference("10001") == .number(OrderNumber(10_001)))
        #expect(OrderReference("#123456") == .number(OrderNumber(123_456)))
        #expect(OrderReference("1001") == .lastFour("1001"))
        #expect(OrderReference("…-aj9c") == .lastFour("AJ9C"))
        #expect(try LicenseReference(Self.id, pepper: missing) == .license(license))
        #expect(try LicenseReference("…-aj9c", pepper: missing) == .lastFour("AJ9C"))
    }

    @Test("by a whole key is its hash, for which alone the pepper is asked")
    func keys() throws {
        let hash = try #require(LicenseKey(Self.key)).hash(pepper: pepper)
        #expect(OrderReference(Self.key) == nil)
        #expect(OrderReference(Self.key, pepper: { pepper }) == .keyHash(hash))
        #expect(LicenseReference(Self.key, pepper: { pepper }) == .keyHash(hash))
        #expect(throws: NoPepper()) { try OrderReference(Self.key, pepper: missing) }
        #expect(throws: NoPepper()) { try LicenseReference(Self.key, pepper: missing) }
    }

    private func missing() throws(NoPepper) -> Pepper { throw NoPepper() }
}
