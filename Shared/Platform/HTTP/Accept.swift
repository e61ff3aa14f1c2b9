/// The preferred format of a response.
package enum Preference: Sendable {
    /// HTML, for a person with a browser.
    case page
    /// JSON, for a program.
    case json

    /// Parses `Accept` (RFC 9110 section 12.5.1): `text/html` or JSON, whichever has the higher weight; `fallback` if
    /// neither is listed or both weigh the same.
    ///
    /// Reads no more than the first `rangeLimit` ranges of a line.
    package init(_ fields: Fields, fallback: Preference) {
        var best: (page: Double, json: Double) = (0, 0)
        for value in fields.values("accept") {
            for range in value.split(separator: ",", maxSplits: Preference.rangeLimit).prefix(Preference.rangeLimit) {
                let parts = range.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
                guard let type = parts.first else { continue }
                let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
                switch type {
                case "text/html", "application/xhtml+xml": best.page = max(best.page, weight)
                case "application/json", "application/problem+json": best.json = max(best.json, weight)
                default: break
                }
            }
        }
        self = best.page == best.json ? fallback : best.page > best.json ? .page : .json
    }

    /// Several times as many as browsers send.
    private static let rangeLimit = 32
}
