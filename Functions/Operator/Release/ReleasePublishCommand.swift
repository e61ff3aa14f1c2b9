import Crypto
import EventLoop
import HTTP
import JSON
import Kernel
import Publishing
import Settings
import Storage
import StorageClient

extension Command {
    /// Publishes the files of a version.
    static let releasePublish = Command(
        name: "release publish",
        summary: "publish the files of a version",
        details: """
            DIR contains the files as <platform>/<file>, such as windows/GenX-Delay-1.0.0-windows.zip; names that
            begin with a dot are ignored. Copies every file to product/version/platform/file in the bucket, then the
            manifest, then makes the release visible: buyers download the newest. A published version never changes;
            publishing it again with the same files does nothing.

            Uploads to Cloud Storage are resumable, and a file appears only if its checksum is right. The access token
            is that of the service account the command runs as; elsewhere set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth
            print-access-token). With STORAGE_FOLDER the bucket is a local folder.
            """,
        operands: [Operand(name: "DIR", help: "the folder with one folder per platform")],
        options: [
            Option(name: "--product", value: "SLUG", help: "the product, as in the catalog", isNeeded: true),
            Option(name: "--version", value: "V", help: "the version, such as 1.0.0", isNeeded: true), .json,
        ],
        settings: [
            .databaseURL,
            Setting(name: "STORAGE_BUCKET", help: "needed; the bucket"),
            Setting(name: "STORAGE_BASE", help: "https://storage.googleapis.com when absent"),
            Setting(
                name: "GOOGLE_OAUTH_ACCESS_TOKEN",
                help: "an access token with write access; the metadata server's when absent"),
            Setting(name: "GCE_METADATA_HOST", help: "the metadata server; metadata.google.internal when absent"),
            Setting(name: "STORAGE_FOLDER", help: "a local folder instead of Cloud Storage; may be absent"),
        ],
        examples: ["latchkey release publish dist --product genx-delay --version 1.0.0"],
        failure: "a file is unusable, or the version is published with other files; buyers see no change"
    ) { invocation throws(CommandFault) in
        let (product, version) = (invocation.arguments["--product"] ?? "", invocation.arguments["--version"] ?? "")
        guard ObjectName.isSegment(version) else {
            throw .usage("--version \(version) cannot be a version: use letters, digits and single . _ - +")
        }
        guard ObjectName.isSegment(product) else { throw .usage("--product \(product) cannot be a product's slug") }
        let bucket = try releaseBucket(invocation.environment)
        let folder = invocation.arguments.operands[0]
        let sources = try await Loop.onWorker { () throws(CommandFault) in
            do throws(ReleaseFolderFault) {
                return try ReleaseFolder.files(in: folder, product: product, version: version)
            } catch { throw CommandFault(error) }
        }
        let published = try await withDatabase(invocation.environment, limit: .seconds(6 * 3_600)) {
            connection throws(CommandFault) in
            let publishing = ReleasePublishing(
                connection, bucket, product: product, version: version, clock: invocation.clock
            ) { [console = invocation.console] step in console.progress(step.text) }
            return try await mapError(
                { CommandFault($0, of: "\(product) \(version)") }, await publishing(sources))
        }
        try invocation.console.show(published.lines, published.document, asJSON: invocation.isJSON)
    }
}

/// Returns the bucket that the environment names.
@Loop
private func releaseBucket(_ environment: [String: String]) throws(CommandFault) -> any ReleaseBucket {
    do throws(SettingsFault) {
        guard (environment["STORAGE_FOLDER"] ?? "").isEmpty else { return try LocalBucket(environment) }
        return try CloudBucket(environment)
    } catch { throw .settings(error) }
}

extension LocalBucket {
    /// Reads `STORAGE_FOLDER`, the parent of the bucket's folder, and `STORAGE_BUCKET`.
    fileprivate init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        let folder = read.text("STORAGE_FOLDER")
        let bucket = read.value("STORAGE_BUCKET", expected: Bucket.expected) { Bucket($0, at: .google)?.name }
        let name = try read.unwrap(bucket)
        try read.finish()
        self.init(name, in: folder)
    }
}

extension CloudBucket {
    /// Reads `STORAGE_BUCKET`, `STORAGE_BASE` and the source of access tokens.
    fileprivate init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        let base = read.origin("STORAGE_BASE", default: StorageBase.google.text, allowsPlain: false)
        let bucket = read.value("STORAGE_BUCKET", expected: Bucket.expected) { Bucket($0, at: base ?? .google) }
        let tokens = AccessTokens.Source(&read)
        let named = try read.unwrap(bucket)
        let source = AccessTokens(try read.unwrap(tokens))
        try read.finish()
        self.init(named, CloudClient(source, policy: .background, totalTimeout: .seconds(120)))
    }
}

extension Published {
    /// The text output.
    var lines: [String] {
        let rows = zip(manifest.files, changes).map { file, change in
            let sizes = readable(file.size)
            return "\(change.rawValue)  \(file.object)  \(sizes)  sha256 \(Hex.encode(file.digest))"
        }
        let release = "\(manifest.product) \(manifest.version)"
        return rows + [isNew ? "published \(release) in \(bucket)" : "\(release) is published already; nothing to do"]
    }

    /// The JSON output.
    var document: JSONValue {
        let files = zip(manifest.files, changes).map { file, change in
            JSONValue.object([
                ("object", .string(file.object.description)), ("platform", .string(file.object.platform)),
                ("name", .string(file.object.file)), ("size", .integer(file.size)),
                ("sha256", .string(Hex.encode(file.digest))), ("change", .string(change.rawValue)),
            ])
        }
        return .object([
            ("product", .string(manifest.product)), ("version", .string(manifest.version)),
            ("released_at", .string(CivilTime(manifest.releasedAt).rfc3339)), ("bucket", .string(bucket)),
            ("published", .bool(isNew)), ("files", .array(files)),
        ])
    }
}
