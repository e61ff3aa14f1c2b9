import Crypto
import Kernel
import Support
import Testing

@testable import Audit

@Suite("Audit digest")
struct AuditDigestTests {
    private static let order = OrderID("019aa2b1-0000-7000-8000-000000000001")

    // The values were computed with Python's struct and hashlib from the description in the migration.
    @Test("is the one that the migration describes")
    func vector() {
        let row = AuditRow(
            id: 7, at: Instant(unixSeconds: 1_795_201_140), actor: "operator:eve", action: "order.refunded",
            order: AuditDigestTests.order, details: #"{"reason": "asked – twice"}"#, origin: "desk")
        #expect(Hex.encode(AuditDigest.of(row)) == "1627ba64bff7ff0615fe0d47773248eb726cda51d2970d84b016bfc4f20d7f3e")
        let bare = AuditRow(
            id: 8, at: Instant(unixSeconds: 0), actor: "", action: "", order: nil, details: "{}", origin: "")
        #expect(Hex.encode(AuditDigest.of(bare)) == "fd82e6f28b3c1054084c91427aff880c9022b12723c54fd660e68a41d01620a5")
        let seal = AuditSeal(
            id: 3, firstID: 5, lastID: 8, rowCount: 2,
            digests: Int64(7).bigEndianBytes + AuditDigest.of(row) + Int64(8).bigEndianBytes + AuditDigest.of(bare),
            previousHash: SHA256.hash([1]), hash: [], sealedAt: Instant(unixSeconds: 1_795_201_200))
        #expect(Hex.encode(AuditDigest.of(seal)) == "d440e05175cb8985c222842f8d4a7df30692e13f764741e21f107b0a386afca7")
    }

    @Test("differs as soon as one column does, or text moves from one into the next")
    func unambiguous() {
        let rows: [AuditRow] = [
            row(), row(id: 2), row(at: 2), row(actor: "abc"), row(action: "x"), row(order: AuditDigestTests.order),
            row(details: "[]"), row(origin: "o"), row(actor: "abx.", action: "y"), row(actor: "", action: "abx.y"),
            row(actor: "ab", action: "x.y{}", details: ""), row(details: "", origin: "{}"),
        ]
        #expect(Set(rows.map(AuditDigest.of)).count == rows.count)
    }

    private func row(
        id: Int64 = 1, at: Int64 = 1, actor: String = "ab", action: String = "x.y", order: OrderID? = nil,
        details: String = "{}", origin: String = ""
    ) -> AuditRow {
        AuditRow(
            id: id, at: Instant(microseconds: at), actor: actor, action: action, order: order, details: details,
            origin: origin)
    }
}
