import Catalog
import Downloads
import HTTP
import Kernel
import Licensing
import Log
import Orders

/// An order as it is shown now: its keys whole or masked, its links made.
struct OrderView: Sendable {
    /// Where the files are, until when.
    struct Download: Sendable {
        let path: String
        let expiresAt: Instant

        func path(of artifact: Artifact) -> String { "\(path)/\(PercentCoding.encode(artifact.fileName))" }
    }

    /// For how long after the payment the keys are shown whole: the page's address stays in a browser's history.
    static let openTime: Duration = .seconds(86_400)

    let record: OrderRecord
    let state: OrderState
    /// What each license's key looks like here; none unless the order opens doors.
    let keys: [String]
    /// Until when the keys are shown whole; `nil` when they are masked.
    let keysUntil: Instant?
    /// `nil` when no link is live.
    let download: Download?
    /// Until when the buyer may put the address right; `nil` when they may not.
    let correctableUntil: Instant?

    /// The view of `record` at the moment `now`.
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
