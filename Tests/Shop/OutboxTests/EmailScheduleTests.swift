import Outbox
import Testing

@Suite("Mail schedule")
struct MailScheduleTests {
    private let schedule = EmailSchedule(attempts: 5, base: .seconds(60), limit: .seconds(200))

    @Test("pauses longer each time, never beyond the limit, never less than half the bound")
    func pauses() {
        for (attempt, bound) in [(1, 60), (2, 120), (3, 200), (4, 200)] {
            #expect(schedule.next(afterAttempt: attempt, .postponed, random: 0) == .retry(after: .seconds(bound) / 2))
            #expect(schedule.next(afterAttempt: attempt, .postponed, random: .max) == .retry(after: .seconds(bound)))
        }
    }

    @Test("ends: after the last attempt, at once when the recipient is refused, and when it is accepted")
    func ends() {
        #expect(schedule.next(afterAttempt: 5, .postponed, random: 0) == .dead)
        #expect(schedule.next(afterAttempt: 5, .refused(.unclear), random: 0) == .dead)
        #expect(schedule.next(afterAttempt: 1, .refused(.recipient), random: 0) == .dead)
        #expect(schedule.next(afterAttempt: 5, .accepted, random: 0) == .sent)
    }

    @Test("a refusal of the sender never ends it, one that may be the content's does after the last attempt")
    func refusals() {
        #expect(schedule.next(afterAttempt: 1, .refused(.unclear), random: 0) == .retry(after: .seconds(30)))
        for attempt in [5, 6, 1_000] {
            #expect(
                schedule.next(afterAttempt: attempt, .refused(.sender), random: .max) == .retry(after: .seconds(200)))
        }
    }
}
