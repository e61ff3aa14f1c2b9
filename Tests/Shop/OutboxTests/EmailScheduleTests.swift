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

    @Test("ends: after the last attempt, at once when the server refuses for good, and when it is accepted")
    func ends() {
        #expect(schedule.next(afterAttempt: 5, .postponed, random: 0) == .dead)
        #expect(schedule.next(afterAttempt: 1, .rejected, random: 0) == .dead)
        #expect(schedule.next(afterAttempt: 5, .accepted, random: 0) == .sent)
    }
}
