import Downloads
import Kernel
import Log
import Pages
import Postgres
import StorageClient

/// Why a download link is refused: the response to its holder and the reason in the log.
enum DownloadRefusal: Error, Equatable {
    /// The path is unknown.
    case noAddress
    case method(Refusal)
    /// The link or its caller is rate-limited.
    case tooOften(RateLimitVerdict)
    /// The link was never issued, is forged, or its grant does not exist; the response does not reveal which.
    case noLink
    case expired
    case usedUp(DownloadOverview)
    case revoked(DownloadOverview)
    /// No license of the order is active.
    case closed(DownloadOverview)
    /// The newest release has no such file; without an overview the name itself is invalid.
    case noFile(DownloadOverview?, OpenLink)
    /// Something changed between the use that failed and the read of the reason.
    case changed
    case database(PostgresFault)
    /// An artifact's object name is invalid.
    case misnamed
    /// There is no link to the file; no use was counted, see `Download.serve`.
    case unsigned(LinkFault)

    var refusal: Refusal {
        switch self {
        case .noAddress, .noLink, .noFile: .notFound
        case .method(let refusal): refusal
        case .tooOften(let verdict): .tooManyRequests(verdict)
        case .expired: .gone(reason: "The download link has expired. Ask for a fresh one.")
        case .usedUp: .gone(reason: "The download link has been used as often as it can be. Ask for a fresh one.")
        case .revoked: .gone(reason: "The download link has been withdrawn. Write to the shop's support.")
        case .closed: .gone(reason: "No license of this order is active. Write to the shop's support.")
        case .changed: .unavailable(retryAfterSeconds: 1)
        case .database(let fault): fault.refusal
        case .misnamed: .failed
        case .unsigned(let fault): fault.refusal
        }
    }

    /// The page for people; `nil` leaves it to the refusal's own text.
    var page: ProblemPage? {
        switch self {
        case .noAddress, .method, .changed, .database, .misnamed, .unsigned(.local): nil
        case .unsigned(.remote):
            ProblemPage(
                heading: "The download cannot start right now",
                explanation: "Your link still works, and nothing of it was used up. Please load the page again in a "
                    + "minute.",
                actions: [.support, .home])
        case .tooOften(let verdict):
            ProblemPage(
                heading: "That was too often in a short time",
                explanation: "Your link still works, and nothing of it was used up. Please wait "
                    + "\(ProblemPage.wait(verdict)), then load the page again.",
                actions: [.support, .home])
        case .noLink:
            ProblemPage(
                heading: "This download link does not work",
                explanation: "It may have been cut off on its way. Copy the whole link from the e-mail, "
                    + "or ask for a fresh one.",
                actions: [.lostEmail, .support])
        case .expired:
            ProblemPage(
                heading: "This download link has expired",
                explanation:
                    "Links work for some days only. Ask for a fresh one: it goes to the address you ordered with.",
                actions: [.lostEmail, .support])
        case .usedUp(let found):
            ProblemPage(
                heading: "This download link is used up",
                explanation: "It has been used as often as one link can be. "
                    + "Ask for a fresh one: it goes to the address you ordered with.",
                actions: [.lostEmail, .support], site: found.site)
        case .revoked(let found):
            ProblemPage(
                heading: "This download link has been withdrawn",
                explanation: "If you bought \(found.productName) and still have your license, write to "
                    + "\(found.supportEmail), and we look into it.",
                actions: [.support, .home], site: found.site)
        case .closed(let found):
            ProblemPage(
                heading: "This order has no active license",
                explanation:
                    "A refund or a payment dispute closes the downloads of an order. If that is not so for yours, "
                    + "write to \(found.supportEmail).",
                actions: [.support, .home], site: found.site)
        case .noFile(let found, let link):
            ProblemPage(
                heading: "There is no such file",
                explanation: "A newer version may have taken its place. The download page lists what is there now.",
                actions: [.init("Open the download page", link.path), .support], site: found?.site ?? .unnamed)
        }
    }

    /// The reason in the log: never the token, and nothing about the caller.
    var reason: String {
        switch self {
        case .noAddress: "no such address"
        case .method: "method"
        case .tooOften: "too often"
        case .noLink: "no such link"
        case .expired: "expired"
        case .usedUp: "used up"
        case .revoked: "revoked"
        case .closed: "no active license"
        case .noFile: "no such file"
        case .changed: "changed meanwhile"
        case .database(let fault): fault.description
        case .misnamed: "an artifact's object name is not product/version/platform/file"
        case .unsigned(let fault): fault.description
        }
    }

    /// The severity of its log line; `nil` for none, because the limiter logs one line for many refusals.
    var severity: Severity? {
        switch self {
        case .database(let fault): fault.isTransient ? .warning : .error
        case .misnamed, .unsigned: .error
        case .tooOften: nil
        case .noAddress, .method, .noLink, .expired, .usedUp, .revoked, .closed, .noFile, .changed: .info
        }
    }
}

extension DownloadOverview {
    /// The site of these pages.
    var site: Site { Site(shopName: shopName, productName: productName) }
}
