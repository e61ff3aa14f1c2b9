package import EventLoop
package import HTTP
import Kernel
package import Storage

/// Why an object was not uploaded.
package enum UploadFault<SourceFault: Error & Equatable & Sendable>: Error, Equatable, Sendable {
    /// The content could not be read.
    case source(SourceFault)
    /// The content ended before its stated length.
    case tooShort
    /// An object of this name exists already.
    case exists
    /// Cloud Storage lost the upload session on every attempt.
    case lost
    /// The stored content differs from what was sent; the object exists and must not be trusted.
    case altered
    /// Cloud Storage rejected it.
    case call(CloudCallFault)
}

/// Uploads an object in chunks, and resumes after an interruption.
@Loop
package struct ObjectUpload {
    /// The bytes in a chunk, which is briefly held in memory twice.
    package nonisolated static let pieceSize = 32 * ResumableUpload.granularity
    /// The timeout of one chunk, enough for a connection of 112 kbit/s.
    package nonisolated static let pieceTime: Duration = .seconds(600)
    /// The maximum number of sessions per object: a session can be lost, after a week or by accident.
    private nonisolated static let sessions = 3

    private let client: CloudClient
    private let bucket: Bucket
    private let policy: RetryPolicy

    /// Creates an upload into `bucket`; `policy` limits consecutive attempts without progress.
    package init(_ client: CloudClient, into bucket: Bucket, policy: RetryPolicy = .background) {
        self.client = client
        self.bucket = bucket
        self.policy = policy
    }

    /// Uploads `object`; `read` returns its bytes by offset and count, and may block, because it runs on a worker
    /// thread.
    ///
    /// The object appears complete or not at all, and never replaces another.
    ///
    /// - Parameter progress: called with the number of stored bytes each time it grows.
    package func callAsFunction<SourceFault>(
        _ object: NewObject, progress: @Loop (Int64) -> Void = { _ in },
        read: @escaping @Sendable (Int64, Int) throws(SourceFault) -> [UInt8]
    ) async throws(UploadFault<SourceFault>) {
        var started = 0
        while true {
            started += 1
            let session: UploadSession
            do throws(CloudCallFault) {
                session = try await client.send(ResumableUpload.begin(object, in: bucket), within: .seconds(60))
            } catch { throw ended(error) }
            do throws(UploadFault<SourceFault>) {
                let stored = try await send(object, to: session, progress: progress, read: read)
                guard stored.holds(object) else { throw .altered }
                return
            } catch {
                // A lost session is not a fault of the object: its bytes are sent again.
                guard error == .call(.answered(.storage, .notFound)) else { throw error }
                guard started < ObjectUpload.sessions else { throw .lost }
            }
        }
    }

    private func send<SourceFault>(
        _ object: NewObject, to session: UploadSession, progress: @Loop (Int64) -> Void,
        read: @escaping @Sendable (Int64, Int) throws(SourceFault) -> [UInt8]
    ) async throws(UploadFault<SourceFault>) -> ObjectResource {
        // The number of stored bytes, whether it is known to be current, and the attempts since it last grew.
        var (kept, isCertain, attempt) = (Int64(0), true, 1)
        while true {
            let isPiece = isCertain && kept < object.size
            let bytes = isPiece ? try await piece(of: object, from: kept, read) : []
            do throws(CloudCallFault) {
                let request =
                    isPiece
                    ? ResumableUpload.send(bytes, from: kept, of: object.size, to: session)
                    : ResumableUpload.state(of: session, size: object.size)
                switch try await client.send(request, within: ObjectUpload.pieceTime, once: true) {
                case .complete(let resource): return resource
                case .incomplete(let more):
                    if more > kept {
                        attempt = 1
                        progress(more)
                    } else if isPiece || more == object.size {
                        try await pause(after: .answered(.storage, .retryable(status: 308, wait: nil)), &attempt)
                    }
                    (kept, isCertain) = (more, true)
                }
            } catch {
                do throws(CloudCallFault) { try await pause(after: error, &attempt) } catch { throw ended(error) }
                isCertain = false
            }
        }
    }

    private func piece<SourceFault>(
        of object: NewObject, from offset: Int64,
        _ read: @escaping @Sendable (Int64, Int) throws(SourceFault) -> [UInt8]
    ) async throws(UploadFault<SourceFault>) -> [UInt8] {
        let count = Int(min(object.size - offset, Int64(ObjectUpload.pieceSize)))
        let result = await Loop.onWorker { () -> Result<[UInt8], SourceFault> in
            Result { () throws(SourceFault) in try read(offset, count) }
        }
        switch result {
        case .success(let bytes) where bytes.count == count: return bytes
        case .success: throw .tooShort
        case .failure(let fault): throw .source(fault)
        }
    }

    /// Waits before the next attempt.
    ///
    /// - Throws: `fault` if there is none.
    private func pause(after fault: CloudCallFault, _ attempt: inout Int) async throws(CloudCallFault) {
        guard let pause = policy.wait(afterAttempt: attempt, fault.advice, random: .random(in: .min ... .max)) else {
            throw fault
        }
        do { try await Loop.sleep(for: pause) } catch { throw fault }
        attempt += 1
    }

    private func ended<SourceFault>(_ fault: CloudCallFault) -> UploadFault<SourceFault> {
        fault == .answered(.storage, .preconditionFailed) ? .exists : .call(fault)
    }
}
