import Files
import Postgres
import Publishing
import Storage
import StorageClient

extension CommandFault {
    /// Returns the fault for a folder that cannot be published.
    init(_ fault: ReleaseFolderFault) {
        switch fault {
        case .unreadable(let folder): self = .failed("\(folder) is not a folder that can be read")
        case .empty(let folder): self = .failed("no files in \(folder): expected \(folder)/<platform>/<file>")
        case .defects(let defects, let folder):
            self = .failed(defects.map { $0.text(in: folder) }.joined(separator: "\n"))
        }
    }

    /// Returns the fault for a release, such as `genx-delay 1.0.0`, that was not published.
    init(_ fault: PublishFault, of release: String) {
        let text =
            switch fault {
            case .noProduct(let slug, let known):
                "no product «\(slug)»; there is: "
                    + (known.isEmpty
                        ? "the catalog is empty: run latchkey catalog apply" : known.joined(separator: ", "))
            case .unreadable(let path, let fault): "\(path) cannot be read: \(fault)"
            case .empty(let path): "\(path) is empty"
            case .changed(let path): "\(path) changed while it was read; nothing was published"
            case .otherContent(let objects):
                "\(release) is published with other files (\(objects.joined(separator: ", "))): publish these as a new "
                    + "version"
            case .manifest(let fault): "no manifest can be made of these files: \(fault)"
            case .notManifest(let place): "\(place) is no manifest: what lies there was not published by this program"
            case .notCopied(let path, let destination, let fault):
                "\(path) could not be copied to \(destination): \(fault)"
            case .notWritten(let path, let fault): "\(path) could not be written: \(fault)"
            case .storage(let fault): CommandFault.text(fault)
            case .database(let fault): fault.description
            }
        self = .failed(text)
    }

    private static func text(_ fault: StorageFault) -> String {
        switch fault {
        case .otherObject(let place):
            "\(place) is there already with other content and stays as it is: publish these files as a new version"
        case .vanished(let place):
            "\(place) came and went while it was written: look who else writes there"
        case .rejected(let path):
            "\(path) arrived as something else than was measured: it changed meanwhile, or was harmed on its way; "
                + "nothing was published"
        case .altered(let place):
            "\(place) was stored with another checksum than was sent; nothing was published. Delete it, then publish "
                + "again"
        case .sessionsLost(let object):
            "Cloud Storage forgot the upload of \(object), again and again; publish again later"
        case .call(let fault, let bucket, let origin): text(fault, bucket, origin)
        }
    }

    private static func text(_ fault: CloudCallFault, _ bucket: String, _ origin: String) -> String {
        switch fault {
        case .answered(.storage, .unauthenticated):
            "the access token is not accepted: set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token), "
                + "publish again, and what has arrived is not sent twice"
        case .answered(.storage, .forbidden):
            "\(fault): whoever publishes needs roles/storage.objectCreator and roles/storage.objectViewer on the "
                + "bucket \(bucket)"
        case .answered(.storage, .notFound): "there is no bucket \(bucket) at \(origin)"
        case .unreachable(.metadata, _), .answered(.metadata, _):
            "\(fault): outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"
        case .unreachable, .answered: "\(fault); publish again, and what has arrived is not sent twice"
        }
    }
}

extension ReleaseFolderDefect {
    fileprivate func text(in folder: String) -> String {
        switch self {
        case .notFolder(let name): "\(name) is not a folder: expected \(folder)/<platform>/<file>"
        case .notFile(let platform, let name): "\(platform)/\(name) is not a regular file: pack folders into one file"
        case .badName(let platform, let name):
            "\(platform)/\(name) cannot be published under this name: use ASCII letters, digits and . _ - +"
        case .sameName(let name): "\(name) lies in two folders: give every platform's file a name of its own"
        }
    }
}

extension PublishStep {
    /// The progress line.
    var text: String {
        switch self {
        case .reading(let object): "reading \(object.platform)/\(object.file) …"
        case .copying(let object, let size): "copying \(object) (\(readable(size))) …"
        case .stored(let stored, let size): "  \(readable(stored)) of \(readable(size))"
        }
    }
}
