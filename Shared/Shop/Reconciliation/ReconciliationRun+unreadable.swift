import EventLoop
import Fulfilment
import JSON
import Kernel
import Log
import Stripe
import StripeClient

// An object that cannot be read is parked and reported once, and does not keep the others from being processed.
extension ReconciliationRun {
    /// Processes the elements that can be read, and parks the others; returns how many of `listed` are done.
    ///
    /// - Parameter subject: what the list's elements are.
    func process<Content>(
        _ listed: [Listed<Content>], _ step: ReconciliationStep, _ subject: (StripeID) -> LedgerSubject,
        _ process: @Loop ([Content]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) -> Int {
        var (contents, places): ([Content], [Int]) = ([], [])
        for (place, element) in listed.enumerated() {
            switch element.content {
            case .success(let content):
                contents.append(content)
                places.append(place)
            case .failure(let fault):
                try await park(element.id.map(subject), fault.text, because: .unreadable(fault.field), step)
            }
        }
        let done = try await process(contents)
        return done < contents.count ? places[done] : listed.count
    }

    /// Runs `body` for one object; a fault that concerns it alone is reported.
    ///
    /// - Throws: a fault that would hit the next object too.
    func surviving(
        _ subject: LedgerSubject, _ step: ReconciliationStep,
        _ body: @Loop () async throws(ReconciliationFault) -> Void
    ) async throws(ReconciliationFault) {
        do throws(ReconciliationFault) { try await body() } catch {
            guard case .stripe(let fault) = error, !fault.isGeneral else { throw error }
            try await park(subject, #"{"seen":"unreadable"}"#, because: .stripe(fault), step)
        }
    }

    private func park(
        _ subject: LedgerSubject?, _ text: String, because fault: FulfilmentFault, _ step: ReconciliationStep
    ) async throws(ReconciliationFault) {
        report[step].seen += 1
        var isNews = true
        if !plan.isDryRun {
            do throws(FulfilmentFault) {
                isNews = try await parts.processor.park(
                    subject, text, because: fault, seenBy: "reconcile.\(step.rawValue)", at: parts.clock.now())
            } catch {
                guard let fault = ReconciliationFault(endingRun: error) else { return report[step].failed += 1 }
                throw fault
            }
        }
        guard isNews else { return }
        report.parked += 1
        // A session's ID opens its order's page.
        let name = if case .session? = subject { "session" } else { subject?.name ?? "nameless" }
        parts.log(
            .error, "an object at Stripe could not be read",
            [("step", .string(step.rawValue)), ("object", .string(name)), ("reason", .string(fault.description))])
    }
}
