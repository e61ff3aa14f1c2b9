import Catalog
import Downloads
import HTTP
import Kernel
import Licensing
import Log
import Orders

/// An order as shown at one time: its keys in full or masked, its links made.
struct OrderView: Sendable {
    /// The path of the files and its expiry.
    struct Download: Sendable {
        let path: String
        let expiresAt: Instant

        func path(of artifact: Artifact) -> String { "\(path)/\(PercentCoding.encode(artifact.fileName))" }
    }

    /// How long after the payment the keys are shown in full: the page's URL stays in a browser's history.
    static let openTime: Duration = .seconds(86_400)

    let record: OrderRecord
    let state: OrderState
    /// Each license's key as shown here; none unless the order has an active license.
    let keys: [String]
    /// Until when the keys are shown in full; `nil` if they are masked.
    let keysUntil: Instant?
    /// `nil` if no link is valid.
    let download: Download?
    /// Until when the buyer may correct the address; `nil` if they may not.
    let correctableUntil: Instant?

    /// Creates the view of `record` at `now`.
    ///
    /// A key that cannot be derived again is a fault of the settings: it is logged, and the keys are shown masked.
    init(
        _ record: OrderRecord, keys keyRing: KeyRing, downloadTokens: DownloadTokens, at now: Instant, log: Log
    ) {
        self.record = record
        state = OrderState(record)
        guard state == .open else {
            (keys, keysUntil, download, correctableUntil) = ([], nil, nil, nil)
            return
        }
        correctableUntil = CorrectionRule.buyer.end(paidAt: record.paidAt, corrections: record.corrections, at: now)
        let end = record.paidAt.map { $0 + OrderView.openTime }
        let whole = end.map { now < $0 } == true ? OrderView.keys(record, keyRing, log) : nil
        keys = whole ?? record.licenses.map { "\(record.keyPrefix)-****-****-\($0.keyLastFour)" }
        keysUntil = whole == nil ? nil : end
        download = record.grant.map { grant in
            let token = downloadTokens.mint(grant: grant.id, expiresAt: grant.expiresAt).revealed()
            return Download(path: "/download/\(token)", expiresAt: grant.expiresAt)
        }
    }

    private static func keys(_ record: OrderRecord, _ keyRing: KeyRing, _ log: Log) -> [String]? {
        do throws(KeyFault) {
            return try record.licenses.map { license throws(KeyFault) in try keyRing.key(of: license.origin).revealed()
            }
        } catch {
            switch error {
            case .badPrefix: log(.error, "the product's key prefix is none")
            case .unknownVersion(let version): log(.error, "LICENSE_SECRETS lacks version \(version)")
            }
            return nil
        }
    }
}
