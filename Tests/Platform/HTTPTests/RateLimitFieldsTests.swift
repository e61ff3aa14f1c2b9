import HTTP
import Kernel
import Testing

/// draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4.
@Suite("RateLimit fields")
struct RateLimitFieldsTests {
    private let now = Instant(unixSeconds: 1_795_201_140)
    private let slow = RateLimitPolicy("download-address", quota: 2, in: .seconds(61))
    private let quick = RateLimitPolicy("download-link", quota: 10, in: .seconds(10))

    private func quota(_ policy: RateLimitPolicy, _ ahead: Duration) -> RateLimitVerdict.Quota {
        RateLimitVerdict.Quota(policy, arrival: now + ahead, at: now)
    }

    @Test("are lists of strings with integers, in whole seconds rounded up, and leave out a window that is none")
    func syntax() {
        let verdict = RateLimitVerdict(
            isAdmitted: true, [quota(slow, .milliseconds(30_500)), quota(quick, .zero)])
        #expect(
            verdict.fields == [
                "RateLimit-Policy": #""download-address";q=2;w=61, "download-link";q=10;w=10"#,
                "RateLimit": #""download-address";r=1;t=31, "download-link";r=10"#,
            ])
    }

    @Test("of a refusal come with Retry-After, which is no earlier than the window of any policy that refused")
    func refusal() {
        let verdict = RateLimitVerdict(
            isAdmitted: false, [quota(slow, .seconds(30)), quota(quick, .microseconds(9_000_001))])
        let response = Refusal.tooManyRequests(verdict).response
        #expect(response.status == 429)
        #expect(response.fields["retry-after"] == "1")
        #expect(response.fields["ratelimit"] == #""download-link";r=0;t=1"#)
        #expect(response.fields["ratelimit-policy"] == #""download-address";q=2;w=61, "download-link";q=10;w=10"#)
        #expect(response.fields["content-type"] == "application/problem+json")
        let type = #""type":"urn:latchkey:problem:too-many-requests""#
        #expect(String(decoding: response.body, as: UTF8.self).contains(type))
    }
}
