import Orders
import Testing

@Suite("Order status")
struct OrderStatusTests {
    @Test("ends the same in whichever order a sale's updates arrive")
    func anyOrder() {
        let histories: [([CheckoutUpdate], OrderStatus)] = [
            ([.paid], .paid), ([.unpaid, .paymentSucceeded], .paid), ([.unpaid, .paymentFailed], .failed),
            ([.expired, .paid], .paid), ([.unpaid, .paymentFailed, .paymentSucceeded], .paid), ([.expired], .expired),
        ]
        for (updates, expected) in histories {
            for order in permutations(updates) {
                let end = order.reduce(OrderStatus.pending) { $0.after($1) }
                #expect(end == expected, "\(order)")
            }
        }
    }

    @Test("an update that arrives twice changes nothing", arguments: CheckoutUpdate.allCases)
    func twice(update: CheckoutUpdate) {
        for status in OrderStatus.allCases {
            #expect(status.after(update).after(update) == status.after(update))
        }
    }

    @Test(
        "nothing that a session tells reopens what was refunded, disputed or lost", arguments: CheckoutUpdate.allCases)
    func closed(update: CheckoutUpdate) {
        for status in [OrderStatus.refunded, .partiallyRefunded, .disputed, .lost] {
            #expect(status.after(update) == status)
        }
    }
}

private func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
        var rest = elements
        let first = rest.remove(at: index)
        return permutations(rest).map { [first] + $0 }
    }
}
