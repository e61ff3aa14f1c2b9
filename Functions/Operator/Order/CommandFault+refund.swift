import Kernel
import Orders
import Postgres
import Refunds

extension CommandFault {
    /// Returns the fault for a refund of the order that people call `order`.
    init(_ fault: RefundFault, order: String) { self = .failed(CommandFault.text(fault, order)) }

    private static func text(_ fault: RefundFault, _ order: String) -> String {
        switch fault {
        case .otherMode(orderIsLive: true): "the order moved real money and STRIPE_API_KEY is a test key"
        case .otherMode(orderIsLive: false): "the order is of test mode and STRIPE_API_KEY moves real money"
        case .noPayment: "order \(order) has no payment at Stripe: there is nothing to give back"
        case .notRefundable(let status): notRefundable(order, status)
        case .tooMuch(let left, let requested):
            "\(left.formatted) of order \(order) are left, \(requested.formatted) cannot be refunded"
        case .noLine(let line): "order \(order) has no line \(line): latchkey order show lists its lines"
        case .tooMuchOfLine(let line, let left, let requested):
            left.minorUnits == 0
                ? "line \(line) of order \(order) was refunded in full or cost nothing"
                : "\(left.formatted) of line \(line) are left, \(requested.formatted) cannot be refunded"
        case .unfinished(let amount, let requested):
            "a refund of \(amount.formatted) was asked for at \(requested.toTheSecond) and its outcome is unknown: bring "
                + "it to its end first, with --amount \(amount.formatted.split(separator: " ")[0])"
        case .repeated(let amount, let at, let refund):
            "\(amount.formatted) of this order were refunded at \(at.toTheSecond) (\(refund)): add --again to refund as "
                + "much once more"
        case .changedMeanwhile: "order \(order) changed a moment ago; nothing was done, look at it again"
        case .neverReached: "the refund never reached Stripe and no money went back: give the command again"
        case .failed(let refund): "Stripe could not carry out the refund \(refund): no money went back"
        case .unknown(let fault):
            "whether money went back is unknown (\(fault)): give the same command again, which looks the refund up and "
                + "does not make a second one"
        case .refused(let code, let doubt):
            "no money went back, Stripe refused: \(code)\(advice(code))"
                + (doubt.map { "; what else it knows of the payment could not be asked (\($0))" } ?? "")
        case .unknownState(let refund, let fault): "Stripe says of the refund \(refund) what we do not know: \(fault)"
        case .database(let fault): fault.description
        }
    }

    private static func notRefundable(_ order: String, _ status: OrderStatus) -> String {
        switch status {
        case .refunded: "order \(order) was refunded in full"
        case .lost: "the buyer's bank took the money of order \(order) back"
        case .pending, .awaitingPayment, .failed, .expired, .paid, .partiallyRefunded, .disputed:
            "nobody has paid for order \(order) (\(status.rawValue))"
        }
    }

    private static func advice(_ code: String) -> String {
        switch code {
        case "charge_already_refunded": "; all of it was refunded before, and the order says so now"
        case "charge_disputed": "; a dispute over the payment is open, answer that instead"
        case "authentication": "; STRIPE_API_KEY is wrong or may not make refunds"
        default: ""
        }
    }
}
