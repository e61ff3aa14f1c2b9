import Crypto
import Kernel
import Orders
import Stripe

/// The IDs of what a session's sale brings, always the same ones for the same session.
///
/// A database that was set back to yesterday makes yesterday's sales again from what Stripe knows. The license's ID is
/// what its key is derived from, so the buyer's key still holds; the mail's ID is its Message-ID, so a mail program
/// shows the receipt that comes again as the same one. None of them is a secret: whoever knows the session can compute
/// them, and can still not compute a key, which takes the license secret.
struct DeterministicIDs {
    /// The session that is sold.
    let session: StripeID
    /// When it was opened.
    let createdAt: Instant

    /// The order of a session that names none.
    var order: OrderID { OrderID(uuid("order")) }

    /// The license of one of the sale's units, counted from 0.
    func license(_ unit: Int) -> LicenseID { LicenseID(uuid("license", "\(unit)")) }

    /// The mail that the order's new state calls for; an order comes into each state by a sale's news once.
    func email(_ status: OrderStatus) -> EmailID { EmailID(uuid("email", status.rawValue)) }

    private func uuid(_ kind: String, _ detail: String = "") -> UUIDv7 {
        let separated = detail.isEmpty ? "" : " \(detail)"
        let hash = SHA256.hash(Array("latchkey \(kind) v1".utf8) + Array(session.text.utf8) + Array(separated.utf8))
        let halves = [hash[..<8], hash[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return UUIDv7(at: createdAt, entropy: (halves[0], halves[1]))
    }
}
