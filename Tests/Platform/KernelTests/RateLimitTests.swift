import Kernel
import Testing

@Suite("Rate limit verdict")
struct RateLimitVerdictTests {
    private let now = Instant(unixSeconds: 1_795_201_140)
    private let policy = RateLimitPolicy("p", quota: 3, in: .seconds(60))

    private func quota(ahead: Duration) -> RateLimitVerdict.Quota {
        RateLimitVerdict.Quota(policy, arrival: now + ahead, at: now)
    }

    @Test(
        "the quota refills step by step",
        arguments: [
            (-5, 3, 0), (0, 3, 0), (1, 2, 1), (19, 2, 19), (20, 2, 20), (21, 1, 1), (40, 1, 20), (41, 0, 1),
            (60, 0, 20), (75, 0, 35), (120, 0, 80),
        ])
    func quotas(ahead: Int, remaining: Int, wait: Int) {
        let quota = quota(ahead: .seconds(ahead))
        #expect(quota.remaining == remaining)
        #expect(quota.wait == .seconds(wait))
    }

    @Test("a refusal names the policies that refused, and waits for the slowest")
    func refusal() {
        let verdict = RateLimitVerdict(
            isAdmitted: false,
            [quota(ahead: .seconds(10)), quota(ahead: .seconds(50)), quota(ahead: .seconds(60))])
        #expect(verdict.quotas.map(\.remaining) == [0, 0])
        #expect(verdict.policies.count == 3)
        #expect(verdict.wait == .seconds(20))
        #expect(RateLimitVerdict(isAdmitted: true, [quota(ahead: .seconds(60))]).wait == .zero)
    }

    @Test("a step is the window divided by the quota, rounded up to the microsecond")
    func step() {
        #expect(RateLimitPolicy("p", quota: 30, in: .seconds(60)).step == .seconds(2))
        #expect(RateLimitPolicy("p", quota: 7, in: .seconds(60)).step == .microseconds(8_571_429))
        #expect(RateLimitPolicy("p", quota: 1_000_000, in: .seconds(1)).span == .seconds(1))
        #expect(RateLimitPolicy("p", quota: 0, in: .zero) == RateLimitPolicy("p", quota: 1, in: .seconds(1)))
    }

    @Test("a fraction of a second is rounded up")
    func seconds() {
        #expect(Duration.microseconds(1).wholeSecondsRoundedUp == 1)
        #expect(Duration.seconds(2).wholeSecondsRoundedUp == 2)
        #expect(Duration.microseconds(2_000_001).wholeSecondsRoundedUp == 3)
        #expect(Duration.zero.wholeSecondsRoundedUp == 0)
    }
}
