import Kernel
package import Licensing
import Stripe

extension OrderReference {
    /// Parses what a seller typed, other than a license key; `nil` if it refers to no order.
    package init?(_ text: String) {
        if let id = OrderID(text) {
            self = .order(id)
        } else if text.hasPrefix("cs_"), StripeID(text) != nil {
            self = .session(text)
        } else if text.hasPrefix("pi_"), StripeID(text) != nil {
            self = .paymentIntent(text)
        } else if let number = OrderNumber(typed: text) {
            self = .number(number)
        } else if let symbols = LicenseKey.lastFour(typed: text) {
            self = .lastFour(symbols)
        } else {
            return nil
        }
    }

    /// Parses what a seller typed; `nil` if it refers to no order.
    ///
    /// - Parameter pepper: returns what keys are hashed with; called for a license key only.
    package init?<Failure>(_ text: String, pepper: () throws(Failure) -> Pepper) throws(Failure) {
        if let reference = OrderReference(text) {
            self = reference
        } else if let key = LicenseKey(text) {
            self = .keyHash(key.hash(pepper: try pepper()))
        } else {
            return nil
        }
    }
}

extension LicenseReference {
    /// Parses what a seller typed; `nil` if it refers to no license.
    ///
    /// - Parameter pepper: returns what keys are hashed with; called for a license key only.
    package init?<Failure>(_ text: String, pepper: () throws(Failure) -> Pepper) throws(Failure) {
        if let id = LicenseID(text) {
            self = .license(id)
        } else if let symbols = LicenseKey.lastFour(typed: text) {
            self = .lastFour(symbols)
        } else if let key = LicenseKey(text) {
            self = .keyHash(key.hash(pepper: try pepper()))
        } else {
            return nil
        }
    }
}
