package import Kernel

extension RateLimitVerdict {
    /// The fields that let clients slow down in time: `RateLimit-Policy` lists all policies, `RateLimit` the remaining
    /// quota and the time until it grows.
    ///
    /// In a refusal, `RateLimit` lists only the policies that refused, so that `Retry-After` is never earlier than the
    /// end of a listed window.
    /// Source: draft-ietf-httpapi-ratelimit-headers-11, sections 3, 4 and 6; names are Strings, quotas and seconds
    /// Integers of RFC 9651.
    package var fields: Fields {
        var fields: Fields = [:]
        fields.append("RateLimit-Policy", policies.map(item).joined(separator: ", "))
        fields.append("RateLimit", quotas.map(item).joined(separator: ", "))
        return fields
    }

    /// The fields of a refusal, including `Retry-After`.
    var refusalFields: Fields {
        var fields = fields
        fields.append("Retry-After", String(max(1, wait.wholeSecondsRoundedUp)))
        return fields
    }

    private func item(_ policy: RateLimitPolicy) -> String {
        "\"\(policy.name)\";q=\(policy.quota);w=\(policy.window.wholeSecondsRoundedUp)"
    }

    private func item(_ quota: Quota) -> String {
        let end = quota.wait > .zero ? ";t=\(quota.wait.wholeSecondsRoundedUp)" : ""
        return "\"\(quota.policy.name)\";r=\(quota.remaining)\(end)"
    }
}

extension Response {
    /// Returns the response with the rate limit fields of `verdict`.
    package func telling(_ verdict: RateLimitVerdict) -> Response {
        var response = self
        for line in verdict.fields.lines { response.fields.append(line.name, line.value) }
        return response
    }
}
