/// The doors that strangers' bytes come in by, and one that buyers' texts go out by, each with its promises.
///
/// The raw value is the target's name for `make fuzz TARGET=…` and that of its folder in `Tests/Fuzz/Corpus`.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// Stripe's signature header over a body.
    case signature
    /// The token in a download link.
    case token
    /// A license key as people type it.
    case licenseKey = "license-key"
    /// A form's body.
    case form
    /// Stripe's event as JSON.
    case event
    /// `X-Forwarded-For` in front of our proxies.
    case forwardedFor = "forwarded-for"
    /// A mail's header lines and parts.
    case mime

    /// Holds the code to its promises for one input, whatever bytes it is.
    ///
    /// - Throws: the first promise that did not hold.
    package func check(_ bytes: [UInt8]) throws(BrokenPromise) {
        let input = Input(bytes)
        switch self {
        case .signature: try checkSignature(input)
        case .token: try checkToken(input)
        case .licenseKey: try checkLicenseKey(input)
        case .form: try checkForm(input)
        case .event: try checkEvent(input)
        case .forwardedFor: try checkForwardedFor(input)
        case .mime: try checkMIME(input)
        }
    }
}
