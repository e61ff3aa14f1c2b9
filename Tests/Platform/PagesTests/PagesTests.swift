import FoundationEssentials
import HTTP
import JSON
import Kernel
import Pages
import Support
import Testing

private let site = Site(shopName: "GenX Audio", productName: "GenX Delay")

@Suite("Markup")
struct MarkupTests {
    @Test("escapes every text put into it, in content and in attributes")
    func escapes() {
        let hostile = #"<script>alert('1')</script>" onload="x"&"#
        let markup: Markup = "<a href=\"\(hostile)\">\(hostile)</a>"
        let escaped = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x&quot;&amp;"
        #expect(markup.html == "<a href=\"\(escaped)\">\(escaped)</a>")
    }

    @Test("puts other markup in as it is, and numbers as digits")
    func nests() {
        let inner: Markup = "<b>\("<")</b>"
        #expect(("<p>\(inner)\(7)\(Int64(8))</p>" as Markup).html == "<p><b>&lt;</b>78</p>")
        #expect(Markup.lines(["<", ">"]) { "<li>\($0)</li>" }.html == "<li>&lt;</li>\n<li>&gt;</li>")
    }
}

@Suite("Page")
struct PageTests {
    @Test("has the storefront's shell, tag for tag")
    func shell() throws {
        let storefront = try String(contentsOfFile: repositoryRoot + "/Functions/Storefront/404.html", encoding: .utf8)
        let html = Page(title: "Page not found", site: site, main: "<h1>x</h1>").html
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(between("<body>", "<main", html) == between("<body>", "<main", storefront))
        #expect(between("</main>", "</html>", html) == between("</main>", "</html>", storefront))
        for line in between("<head>", "</head>", html).split(separator: "\n") {
            #expect(storefront.contains(line), "\(line)")
        }
    }

    @Test("is never stored, indexed, framed or told to where its links lead")
    func fields() {
        let fields = Page(title: "x", site: site, main: "").response().fields
        #expect(fields["cache-control"] == "no-store")
        #expect(fields["x-robots-tag"] == "noindex")
        #expect(fields["referrer-policy"] == "no-referrer")
        #expect(fields["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
        #expect(fields["content-security-policy"]?.contains("default-src 'none'") == true)
    }

    @Test("names no shop that is not known, and escapes the one that is")
    func names() {
        #expect(!Page(title: "x", site: .unnamed, main: "").html.contains("Made and sold by"))
        let hostile = Page(title: "<t>", site: Site(shopName: "<s>", productName: "<p>"), main: "").html
        #expect(!hostile.contains("<t>") && !hostile.contains("<s>"))
        #expect(hostile.contains("<a href=\"/\">&lt;p&gt;</a>"))
        #expect(hostile.contains("<title>&lt;t&gt;, &lt;s&gt;</title>"))
    }
}

@Suite("Problem page")
struct ProblemPageTests {
    static let refusals: [(Refusal, Int)] = [
        (.malformed(field: "quantity", reason: "The quantity is not a number."), 400),
        (.unauthenticated(reason: "x"), 401), (.forbidden(reason: "Not from there."), 403), (.notFound, 404),
        (.gone(reason: "The link has expired."), 410),
        (.methodNotAllowed(allow: "GET, HEAD"), 405), (.conflict(reason: "It is refunded."), 409), (.tooLarge, 413),
        (.unsupportedMediaType, 415), (.tooManyRequests(.refusal(for: .seconds(120))), 429), (.failed, 500),
        (.badGateway, 502), (.unavailable(retryAfterSeconds: 1), 503),
    ]

    @Test("says to people what happened and what to do next, with the refusal's status", arguments: refusals)
    func people(refusal: Refusal, status: Int) {
        let response = present(refusal, for: Request(path: "/", fields: ["Accept": "text/html"]))
        let html = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == status)
        #expect(response.fields["content-type"] == "text/html; charset=utf-8")
        #expect(html.contains("<h1>") && html.contains("<p class=\"lede\">") && html.contains("class=\"button\""))
        #expect(html.contains("href=\"/support\""))
    }

    @Test("is problem+json for programs, with the same status", arguments: refusals)
    func programs(refusal: Refusal, status: Int) {
        let response = present(refusal, for: Request(path: "/", fields: ["Accept": "application/json"]))
        #expect(response.status == status)
        #expect(response.fields["content-type"] == "application/problem+json")
        #expect(response.body == refusal.problem.json.utf8)
        #expect(response.fields["referrer-policy"] == "no-referrer")
    }

    @Test("keeps Allow and Retry-After for both", arguments: ["text/html", "application/json"])
    func fields(accept: String) {
        let request = Request(path: "/", fields: ["Accept": accept])
        #expect(present(.methodNotAllowed(allow: "GET"), for: request).fields["allow"] == "GET")
        #expect(present(.unavailable(retryAfterSeconds: 3), for: request).fields["retry-after"] == "3")
    }

    @Test("says what the function knows better, and escapes it")
    func own() {
        let page = ProblemPage(heading: "<h>", explanation: "<e>", actions: [.init("<a>", "/\"")], site: site)
        let html = String(decoding: present(.notFound, for: Request(path: "/"), as: page).body, as: UTF8.self)
        #expect(html.contains("<h1>&lt;h&gt;</h1>") && html.contains("<p class=\"lede\">&lt;e&gt;</p>"))
        #expect(html.contains("href=\"/&quot;\">&lt;a&gt;</a>"))
    }

    @Test("gives the time to wait in words")
    func waits() {
        #expect(ProblemPage(.tooManyRequests(.refusal(for: .seconds(30)))).explanation.contains("30 seconds"))
        #expect(ProblemPage(.tooManyRequests(.refusal(for: .seconds(600)))).explanation.contains("10 minutes"))
    }
}

private func between(_ start: String, _ end: String, _ text: String) -> Substring {
    guard let from = text.firstRange(of: start), let to = text.firstRange(of: end) else { return "" }
    return text[from.upperBound..<to.lowerBound]
}
