package import HTTP

extension RetryAdvice {
    /// Reads `Stripe-Should-Retry`, or else the status, and `Retry-After` in seconds.
    ///
    /// Source: <https://docs.stripe.com/error-low-level#retries>
    package init(_ response: Response) {
        let byStatus = response.status == 409 || response.status == 429 || response.status >= 500
        let isWorthwhile =
            switch response.fields["Stripe-Should-Retry"] {
            case "true": true
            case "false": false
            default: byStatus
            }
        self.init(isWorthwhile: isWorthwhile, wait: RetryAdvice.wait(response.fields))
    }
}
