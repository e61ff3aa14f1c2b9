package import Audit
package import EventLoop
package import Kernel
package import Postgres

/// Why an order was not changed, or no mail queued.
package enum OrderChangeFault: Error, Equatable, Sendable {
    /// There is no such order any more.
    case noOrder
    /// No address has been given for the order yet.
    case notPlaced(OrderStatus)
    /// The address may no longer be changed.
    case beyondLimits
    /// No license of the order is active.
    case closed(OrderStatus)
    /// The order has no address.
    case noAddress
    case database(PostgresFault)
}

/// Corrects an order's address, and sends its mail again, for the seller.
@Loop
package struct OrderChanging {
    private let connection: AuditedConnection

    /// Makes its changes on `connection`.
    package init(_ connection: AuditedConnection) { self.connection = connection }

    /// Gives `order` another address and queues its mail for it, under the lock of the order's payment.
    package func correctEmail(
        of order: OrderID, to email: EmailAddress
    ) async throws(OrderChangeFault) -> EmailCorrection {
        try await EmailCorrecting(by: connection.context)(of: order, to: email) {
            lock, correction throws(PostgresFault) in
            try await connection.transaction { connection throws(PostgresFault) in
                try await connection.run(lock, correction).1
            }
        }
    }

    /// Queues a mail with all active licenses of the order's buyer, and returns its recipient.
    package func resend(_ order: OrderID) async throws(OrderChangeFault) -> String {
        let context = connection.context
        let outcome = try await mapError(
            OrderChangeFault.database,
            await connection.transaction { connection throws(PostgresFault) in
                try await connection.run(ResendStatements.queue(EmailID(at: context.at), for: order, by: context))
            })
        switch outcome {
        case .queued(let recipient): return recipient
        case .closed(let status): throw .closed(status)
        case .noAddress: throw .noAddress
        case .noOrder: throw .noOrder
        }
    }
}
