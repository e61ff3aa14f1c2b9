import Kernel
import Mail
import Orders

extension MailKind {
    /// Whether the mail brings license keys and fresh download links.
    var carriesKeys: Bool {
        switch self {
        case .receipt, .resend, .accessRestored, .keyReissued: true
        case .refundConfirmed, .accessSuspended, .paymentFailed, .addressChanged: false
        }
    }

    /// Whether what the mail says still holds; between its row and its sending the order may have moved on.
    func isTrue(of purchase: Purchase) -> Bool {
        switch self {
        case .receipt, .resend, .accessRestored, .keyReissued: !purchase.licenses.isEmpty
        case .refundConfirmed: purchase.refunded.minorUnits > 0
        case .accessSuspended: purchase.status == .disputed
        case .paymentFailed: purchase.status == .failed
        case .addressChanged: true
        }
    }
}
