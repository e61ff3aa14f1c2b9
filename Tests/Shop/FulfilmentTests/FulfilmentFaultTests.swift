import Fulfilment
import Kernel
import Outbound
import Postgres
import StripeClient
import Testing

@Suite("Fulfilment fault")
struct FulfilmentFaultTests {
    @Test("what may pass is answered so that Stripe sends the event again soon, what needs a person as a fault of ours")
    func refusals() {
        #expect(FulfilmentFault.database(.poolExhausted).refusal == .unavailable(retryAfterSeconds: 1))
        #expect(FulfilmentFault.stripe(.unreachable(.couldNotConnect)).refusal == .unavailable(retryAfterSeconds: 5))
        #expect(FulfilmentFault.misconfigured("x").refusal == .failed)
        let broken = PostgresFault.server(state: "42P01", constraint: "", message: "")
        #expect(FulfilmentFault.database(broken).refusal == .failed)
    }
}
