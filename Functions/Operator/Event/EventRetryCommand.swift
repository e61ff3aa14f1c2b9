import EventLoop
import Fulfilment
import JSON
import Kernel
import Postgres
import Reconciliation

extension Command {
    /// Processes one event of the ledger again.
    static let eventRetry = Command(
        name: "event retry",
        summary: "process a failed or parked event again",
        details: """
            Processes one event of the ledger again now, through the webhook's code: an order, its licenses and its mail
            come about as if Stripe had just delivered it. For use once the reason is gone: a price was added to the
            catalog, a new version knows Stripe's new word. An event whose payload was removed after 90 days, and an
            object that reconcile found, is fetched from Stripe. A processed event stays as it is.
            """,
        operands: [.event],
        options: [.json],
        settings: [.databaseURL] + ShopSettings.ofRepairs,
        examples: ["latchkey event retry evt_1Pgc8I2eZvKYlo2C0pYBnSbN"],
        failure: "there is no such event, it is parked again, or it failed; the output says which"
    ) { invocation throws(CommandFault) in
        let id = invocation.arguments.operands[0]
        let settings = try await Loop.onWorker { [environment = invocation.environment] () throws(CommandFault) in
            try RepairSettings(environment)
        }
        let pool = Pool(settings.database, log: invocation.log)
        defer { pool.close() }
        let reconciliation = Reconciliation(
            settings.reconciliation, pool: pool, actor: "operator:event", callTime: .seconds(30),
            mailTime: .seconds(8), log: invocation.log, clock: invocation.clock)
        let outcome: Result<EventRetry, FulfilmentFault>
        do throws(FulfilmentFault) { outcome = .success(try await reconciliation.retry(id)) } catch {
            outcome = .failure(error)
        }
        let entry = try await mapError(CommandFault.database, await pool.run(LedgerListStatements.event(id)))
        let answer = RetryAnswer(id: id, entry: entry, outcome: outcome)
        guard entry != nil else { throw .failed("no event \(id) is known: see `latchkey event list`") }
        try invocation.console.show([answer.line], .object(answer.members), asJSON: invocation.isJSON)
        if let failure = answer.failure { throw .failed(failure) }
    }
}

extension Command.Operand {
    static let event = Command.Operand(
        name: "ID", help: "its ID as `latchkey event list` shows it: evt_…, or such as refund:re_…:… of an object")
}

/// The output: what became of the event.
private struct RetryAnswer {
    let id: String
    /// The ledger's entry now.
    let entry: LedgeredEvent?
    let outcome: Result<EventRetry, FulfilmentFault>

    private var status: String { entry?.status.rawValue ?? "unknown" }

    var line: String {
        switch outcome {
        case .failure(let fault): "event \(id) failed: \(fault.description)"
        case .success(.unknown): "no event \(id) is known"
        case .success(.processedBefore): "event \(id) was processed already; nothing was done"
        case .success(.done(.changed(let order))): "event \(id) is processed: order \(order) has changed"
        case .success(.done(.kept)): "event \(id) is processed: it changes nothing, or its sale has not arrived yet"
        case .success(.done(.unused)): "event \(id) is ignored: \(entry?.error ?? "not used")"
        case .success(.done(.parked(id, _))): "event \(id) stays parked: \(entry?.error ?? "no reason is kept")"
        case .success(.done(.parked(let other, _))):
            "event \(id) is closed; its object's state now is parked as \(other)"
        }
    }

    var members: [(String, JSONValue)] {
        let changed: (String, JSONValue) =
            if case .success(.done(.changed(let order))) = outcome { ("order", .string(order.description)) } else {
                ("order", .null)
            }
        return (entry?.members ?? []) + [changed]
    }

    /// The message of exit code 1; `nil` for success.
    var failure: String? {
        switch outcome {
        case .failure(let fault):
            status == EventStatus.parked.rawValue
                ? "the event stays parked; it failed for a reason that may pass: \(fault.description)"
                : "the event failed for a reason that may pass; reconcile tries it again"
        case .success(.done(.parked)): "our rules refuse the event for good, so it is parked"
        case .success: nil
        }
    }
}
