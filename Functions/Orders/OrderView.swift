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

    /// A line of the order as shown.
    struct Line: Sendable {
        let record: OrderRecord.Line
        /// The keys of the active licenses, in full or masked; none for a product without keys.
        let keys: [String]
        /// `nil` if no link is valid.
        let download: Download?
    }

    /// How long after the payment the keys are shown in full: the page's URL stays in a browser's history.
    static let openTime: Duration = .seconds(86_400)

    let record: OrderRecord
    let state: OrderState
    /// The lines with an active license; none unless the order has one.
    let open: [Line]
    /// Until when the keys are shown in full; `nil` if they are masked.
    let keysUntil: Instant?
    /// Until when the buyer may correct the address; `nil` if they may not.
    let correctableUntil: Instant?

    /// All keys, in the order of the lines.
    var keys: [String] { open.flatMap(\.keys) }

    /// Creates the view of `record` at `now`.
    ///
    /// A key that cannot be derived again is a fault of the settings: it is logged, and the keys are shown masked.
    init(
        _ record: OrderRecord, keys keyRing: KeyRing, downloadTokens: DownloadTokens, at now: Instant, log: Log
    ) {
        self.record = record
        state = OrderState(record)
        guard state == .open else {
            (open, keysUntil, correctableUntil) = ([], nil, nil)
            return
        }
        correctableUntil = CorrectionRule.buyer.end(paidAt: record.paidAt, corrections: record.corrections, at: now)
        let end = record.paidAt.map { $0 + OrderView.openTime }
        let whole = end.map { now < $0 } == true ? OrderView.keys(record, keyRing, log) : nil
        keysUntil = whole == nil ? nil : end
        open = record.lines.filter { !$0.licenses.isEmpty }.map { line in
            Line(
                record: line, keys: whole?[line.position] ?? line.licenses.compactMap(\.maskedKey),
                download: line.grant.map { grant in
                    let token = downloadTokens.mint(grant: grant.id, expiresAt: grant.expiresAt).revealed()
                    return Download(path: "/download/\(token)", expiresAt: grant.expiresAt)
                })
        }
    }

    /// Returns the keys of each line, by its position; `nil` if one cannot be derived.
    private static func keys(_ record: OrderRecord, _ keyRing: KeyRing, _ log: Log) -> [Int: [String]]? {
        do throws(KeyFault) {
            var keys: [Int: [String]] = [:]
            for line in record.lines {
                keys[line.position] = try line.licenses.compactMap(\.origin).map { origin throws(KeyFault) in
                    try keyRing.key(of: origin).revealed()
                }
            }
            return keys
        } catch {
            switch error {
            case .badPrefix: log(.error, "the product's key prefix is none")
            case .unknownVersion(let version): log(.error, "LICENSE_SECRETS lacks version \(version)")
            }
            return nil
        }
    }
}
