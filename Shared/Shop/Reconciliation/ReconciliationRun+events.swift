import EventLoop
import Fulfilment
import Kernel
import Postgres
import Stripe
import StripeClient

// Events that no endpoint of ours accepted; when rebuilding the past, accepted ones as well.
extension ReconciliationRun {
    func readEvents() async throws(ReconciliationFault) {
        let (stripe, isUndelivered) = (parts.stripe, plan.start == .watermark)
        let list = BackfillCursor<Listed<EventDocument>>(
            page: { slice, last throws(ReconciliationFault) in
                try await mapError(
                    ReconciliationFault.stripe,
                    await stripe.send(.events(in: slice, undelivered: isUndelivered, startingAfter: last)))
            }, place: { [begun] in ($0.id, $0.created ?? begun) })
        try await backfill(.events, list) { listed throws(ReconciliationFault) in
            try await process(listed, .events, LedgerSubject.event) { documents throws(ReconciliationFault) in
                try await process(documents)
            }
        }
    }

    /// Processes those that the ledger lacks; the others have been processed, failed or are parked.
    private func process(_ documents: [EventDocument]) async throws(ReconciliationFault) -> Int {
        let unknown = Set(
            try await mapError(
                ReconciliationFault.database,
                await parts.pool.run(UnhandledStatements.unknown(among: documents.map(\.id.text)))))
        for (index, document) in documents.enumerated() {
            if isTimeUp(.events) { return index }
            report[.events].seen += 1
            guard unknown.contains(document.id.text) else { continue }
            let entry = LedgerEntry(document, at: parts.clock.now())
            try await attempt(.events) { () throws(FulfilmentFault) in try await parts.processor.process(entry) }
        }
        return documents.count
    }
}
