import EventLoop
import JSON
import Kernel
import Log
import Stripe
import StripeClient

// An object that cannot be read is reported, and does not keep the others from being processed.
extension ReconciliationRun {
    /// Processes the elements that can be read, and reports the others; returns how many of `listed` are done.
    func process<Content>(
        _ listed: [Listed<Content>], _ step: ReconciliationStep,
        _ process: @Loop ([Content]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) -> Int {
        var (contents, places): ([Content], [Int]) = ([], [])
        for (place, element) in listed.enumerated() {
            switch element.content {
            case .success(let content):
                contents.append(content)
                places.append(place)
            case .failure(let fault): reportUnreadable(element.id, fault.field, step)
            }
        }
        let done = try await process(contents)
        return done < contents.count ? places[done] : listed.count
    }

    /// Runs `body` for one object; a fault that concerns it alone is reported.
    ///
    /// - Throws: a fault that would hit the next object too.
    func surviving(
        _ id: StripeID, _ step: ReconciliationStep, _ body: @Loop () async throws(ReconciliationFault) -> Void
    ) async throws(ReconciliationFault) {
        do throws(ReconciliationFault) { try await body() } catch {
            guard case .stripe(let fault) = error, !fault.isGeneral else { throw error }
            reportUnreadable(id, fault.description, step)
        }
    }

    private func reportUnreadable(_ id: StripeID, _ reason: String, _ step: ReconciliationStep) {
        report[step].seen += 1
        report[step].failed += 1
        // A session's ID opens its order's page.
        let name = id.text.hasPrefix("cs_") ? "session" : id.text
        parts.log(
            .error, "an object at Stripe could not be read",
            [("step", .string(step.rawValue)), ("object", .string(name)), ("reason", .string(reason))])
    }
}
