import HTTP
import Kernel
import Testing

@Suite("Requests of other sites")
struct OtherSitesTests {
    @Test(
        "are refused, as browsers tell them, and programs are not",
        arguments: [
            (["Sec-Fetch-Site": "same-origin"], true), (["Sec-Fetch-Site": "same-site"], true),
            (["Sec-Fetch-Site": "none"], true), (["Sec-Fetch-Site": "cross-site"], false),
            (["Sec-Fetch-Site": "anything"], false), ([:], true),
            (["Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"], false),
            (["Sec-Fetch-Site": "same-origin", "Origin": "null"], true),
            (["Origin": "https://shop.example"], true), (["Origin": "https://evil.example"], false),
            (["Origin": "https://shop.example.evil.example"], false), (["Origin": "null"], false),
            (["Origin": ""], false), (["Origin": "https://shop.example:8443"], false),
        ])
    func refused(told: [String: String], isFine: Bool) {
        var fields: Fields = ["Host": "shop.example"]
        for (name, value) in told { fields.append(name, value) }
        let request = Request(method: .post, path: "/checkout", fields: fields)
        var refusal: Refusal?
        do throws(Refusal) { try request.refuseOtherSites() } catch { refusal = error }
        #expect((refusal == nil) == isFine)
        #expect(isFine || refusal?.problem.status == 403)
    }
}
