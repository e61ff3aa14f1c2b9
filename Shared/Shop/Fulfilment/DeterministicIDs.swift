import Crypto
import Kernel
import Orders
import Stripe

/// Derives the IDs of a sale's records from its session; the same session always gives the same IDs.
///
/// A database restored from yesterday's backup makes yesterday's sales again from what Stripe has. The license's ID is
/// what its key is derived from, so the buyer's key stays valid; the mail's ID is its Message-ID, so a mail program
/// recognizes the repeated receipt as the same message. None of them is a secret: anyone who knows the session can
/// compute them, but not a key, which takes the license secret.
struct DeterministicIDs {
    /// The sale's session.
    let session: StripeID
    /// When it was created.
    let createdAt: Instant

    /// The order, for a session that names none.
    var order: OrderID { OrderID(uuid("order")) }

    /// Returns the license ID of one of the sale's units, counted from 0.
    func license(_ unit: Int) -> LicenseID { LicenseID(uuid("license", "\(unit)")) }

    /// Returns the ID of the mail that the order's new status calls for; checkout updates bring an order into each
    /// status once.
    func email(_ status: OrderStatus) -> EmailID { EmailID(uuid("email", status.rawValue)) }

    private func uuid(_ kind: String, _ detail: String = "") -> UUIDv7 {
        let separated = detail.isEmpty ? "" : " \(detail)"
        let hash = SHA256.hash(Array("latchkey \(kind) v1".utf8) + Array(session.text.utf8) + Array(separated.utf8))
        let halves = [hash[..<8], hash[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return UUIDv7(at: createdAt, entropy: (halves[0], halves[1]))
    }
}
