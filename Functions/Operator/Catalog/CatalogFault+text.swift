import CatalogPlans
import Kernel

extension CatalogFault.Reason {
    /// The predicate of a sentence about the part.
    var text: String {
        switch self {
        case .notJSON: "is not JSON"
        case .notObject: "must be an object in { }"
        case .notText: "must be a text in double quotes"
        case .notWholeNumber: "must be a whole number"
        case .notFlag: "must be true or false"
        case .notList: "must be a list in [ ]"
        case .missing: "is missing"
        case .unknownMember(let name, let known):
            "is not known" + (nearestWord(to: name, among: known).map { "; did you mean \($0)?" } ?? "")
        case .noProducts: "must not be empty: a product that is not listed is not sold"
        case .notEmailAddress: "is no e-mail address"
        case .notSender: "must be «Name <address>» or an e-mail address"
        case .notSlug: "must be 1 to 64 lower-case letters, digits and single dashes between them"
        case .notLine: "must be 1 to 100 characters on one line without blanks around them"
        case .notKeyPrefix: "must be 2 to 8 upper-case letters and digits"
        case .notPriceID: "must be the ID of a price of Stripe's: price_…"
        case .notCurrency: "must be three lower-case letters, such as usd"
        case .tooLong(let limit): "must have at most \(limit) characters"
        case .outOfRange(let range): "must be from \(range.lowerBound) to \(range.upperBound)"
        case .amountOutOfRange(let range): "must be from \(range.lowerBound) to \(range.upperBound) minor units"
        case .activePrices(let count): "must have exactly one active price, and has \(count)"
        case .sameAs(let path): "is the same as \(path)"
        case .readsLike(let path): "reads like that of \(path)"
        case .soldPrefix(let prefix):
            "cannot change from \(prefix): keys with it are sold, and would not be known any more"
        case .prefixOfUnlisted(let product): "reads like that of the unlisted product \(product)"
        case .priceOf(let product): "is a price of \(product) already"
        case .priceChanged(let id, let amount):
            "cannot change: \(id) is \(amount.formatted), and Stripe's prices never change. Make a new price at Stripe, "
                + "list it as active, and set this one to \"active\": false"
        }
    }
}
