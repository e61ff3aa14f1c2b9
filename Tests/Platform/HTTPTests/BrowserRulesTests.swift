import HTTP
import JSON
import Kernel
import Testing

@Suite("Browser rules")
struct BrowserRulesTests {
    @Test("stand on every answer, and leave what it says already")
    func every() {
        for response in [Response(status: 200), .json(.null), .redirect(to: "/", status: 303), Refusal.failed.response]
        {
            let fields = response.withBrowserRules(isOverTLS: false).fields
            #expect(fields.values("x-content-type-options") == ["nosniff"])
            #expect(fields.values("referrer-policy") == ["no-referrer"])
            #expect(fields["content-security-policy"]?.contains("frame-ancestors 'none'; sandbox") == true)
            #expect(fields["strict-transport-security"] == nil)
        }
        let page = Response.page("<h1>x</h1>")
        let policies = page.withBrowserRules(isOverTLS: false).fields.values("content-security-policy")
        #expect(policies == page.fields.values("content-security-policy"))
        #expect(policies.first?.contains("base-uri 'none'") == true && policies.first?.contains("sandbox") == false)
    }

    @Test("ask for HTTPS, two years long and for hosts below, where the caller came by it")
    func transport() {
        let fields = Response.json(.null).withBrowserRules(isOverTLS: true).fields
        #expect(fields.values("strict-transport-security") == ["max-age=63072000; includeSubDomains"])
        #expect((["X-Forwarded-Proto": "https"] as Fields).sayTLS)
        #expect(!(["X-Forwarded-Proto": "http"] as Fields).sayTLS && !Fields().sayTLS)
    }
}
