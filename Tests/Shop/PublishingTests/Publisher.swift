import EventLoop
import HTTP
import Kernel
import Postgres
import Publishing
import Storage
import StorageClient
import Support
import Synchronization

/// A seller who publishes a folder as version 1.0.0 of a product of the demo catalog.
struct Publisher: Sendable {
    /// The folder with a folder for each platform.
    let source: TemporaryFolder
    private let bucket: @Loop @Sendable () -> any ReleaseBucket

    /// Publishes into a folder of this machine.
    init(_ source: TemporaryFolder, into folder: TemporaryFolder) {
        self.source = source
        bucket = { LocalBucket("shop", in: folder.path) }
    }

    /// Publishes into a bucket of Cloud Storage.
    init(_ source: TemporaryFolder, into bucket: Bucket, with tokens: AccessTokens.Source) {
        self.source = source
        self.bucket = {
            CloudBucket(
                bucket, CloudClient(AccessTokens(tokens), policy: .background, totalTimeout: .seconds(120)))
        }
    }

    /// Publishes the folder.
    ///
    /// - Parameter steps: keeps the steps that are told meanwhile.
    @discardableResult
    func publish(
        product: String = "genx-delay", at now: Instant = testNow, steps: Steps = Steps()
    ) async throws -> Published {
        let sources = try ReleaseFolder.files(in: source.path, product: product, version: "1.0.0")
        return try await withConnection { [bucket] connection in
            try await ReleasePublishing(
                connection, bucket(), product: product, version: "1.0.0", clock: WallClock { now }
            ) { step in steps.add(step) }(sources)
        }
    }

    /// Does the same and returns why nothing was published; `nil` if it was.
    func fault(product: String = "genx-delay") async throws -> PublishFault? {
        do {
            try await publish(product: product)
            return nil
        } catch let fault as PublishFault { return fault }
    }

    /// Publishes the folder `count` times at once.
    func publish(atOnce count: Int) async throws -> [Published] {
        try await withThrowingTaskGroup(of: Published.self) { group in
            for _ in 0..<count { group.addTask { try await publish() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// The steps of a publication.
final class Steps: Sendable {
    private let steps = Mutex<[PublishStep]>([])

    func add(_ step: PublishStep) { steps.withLock { $0.append(step) } }

    var all: [PublishStep] { steps.withLock { $0 } }
}

/// Deletes the rows of every release, as if they had never been written.
func forgetReleases() async throws {
    try await execute(script: "DELETE FROM artifacts; DELETE FROM releases")
}
