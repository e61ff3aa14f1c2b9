package import Kernel

extension RateLimitVerdict {
    /// What programs read to slow down in time: `RateLimit-Policy` with every policy, and `RateLimit` with what is left
    /// and in how many seconds it is more.
    ///
    /// A refusal's `RateLimit` names only the policies that refused, so that its `Retry-After` is never earlier than the
    /// end of a window it speaks of.
    /// Source: draft-ietf-httpapi-ratelimit-headers-11, sections 3, 4 and 6; names, quotas and seconds are a String and
    /// Integers of RFC 9651.
    package var fields: Fields {
        var fields: Fields = [:]
        fields.append("RateLimit-Policy", policies.map(item).joined(separator: ", "))
        fields.append("RateLimit", quotas.map(item).joined(separator: ", "))
        return fields
    }

    /// The fields of a refusal: when to come again, and why not now.
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
    /// The same answer, telling its caller what is left.
    package func telling(_ verdict: RateLimitVerdict) -> Response {
        var response = self
        for line in verdict.fields.lines { response.fields.append(line.name, line.value) }
        return response
    }
}
