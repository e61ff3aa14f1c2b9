import Kernel
import Orders
import Postgres

extension CommandFault {
    /// Returns the fault for the order that people call `order` and that was not changed, or whose mail was not queued.
    init(_ fault: OrderChangeFault, order: String) {
        let text =
            switch fault {
            case .noOrder: "no order \(order)"
            case .notPlaced(let status): "order \(order) has no address yet: \(status.whyClosed)"
            case .beyondLimits: "the address of order \(order) may not be changed any more"
            case .closed(let status): "order \(order) opens nothing: \(status.whyClosed)"
            case .noAddress: "order \(order) has no address: set one with `latchkey order correct-email`"
            case .database(let fault): fault.description
            }
        self = .failed(text)
    }
}

extension OrderStatus {
    /// The reason why no license of an order in this state is active.
    var whyClosed: String {
        switch self {
        case .pending, .awaitingPayment, .failed, .expired: "nobody has paid for it (\(rawValue))"
        case .paid, .partiallyRefunded: "every license of it is closed by hand"
        case .refunded: "it was refunded"
        case .disputed: "a dispute over its payment is open"
        case .lost: "a dispute over its payment was lost"
        }
    }
}
