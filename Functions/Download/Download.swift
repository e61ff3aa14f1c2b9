import Catalog
import Downloads
import HTTP
import JSON
import Kernel
import Log
import Pages
import Postgres
import RateLimiting
import Server
import Settings
import Storage
import StorageClient

/// Shows what a download link gives access to, and redirects to the files.
///
/// The page counts no use, since mail scanners open every link; a file's own URL counts one use in the statement that
/// checks, unless one of the same file is under way (`Grant.useDuration`), and `HEAD` never counts. If a remote service signs, it signs before that statement: it may be unavailable,
/// and then no use must be counted. With a local key, signing cannot fail unless the key is broken for everyone, so the
/// statement runs first and alone.
struct Download: Sendable {
    /// The endpoint of a request.
    enum Endpoint: Equatable, Sendable {
        case page(token: String?)
        case file(token: String?, FileName?)
    }

    /// A token or a file name that is invalid gets a page of its own.
    static let router = Router<Endpoint>(
        Route(.get, .head, at: "/download/{token}", to: Endpoint.page),
        Route(.get, .head, at: "/download/{token}/{file}", to: Endpoint.file))

    let tokens: DownloadTokens
    let publicURL: PublicURL
    /// The number of addresses at the right of `X-Forwarded-For` that are ours.
    let trustedHops: Int
    let log: Log
    let now: @Sendable () -> Instant
    /// Reads what the link gives access to, unless it or the caller at this address is rate-limited.
    let overview:
        @Sendable (GrantID, _ caller: String, Instant) async throws(PostgresFault) -> RateLimited<DownloadOverview?>
    /// Uses the link for a file, under the same limits; without a caller for a request that was counted already.
    let use:
        @Sendable (GrantID, String, _ caller: String?, Instant) async throws(PostgresFault) -> RateLimited<Artifact?>
    /// Reads what the link gives access to, for a request that was counted already.
    let reason: @Sendable (GrantID) async throws(PostgresFault) -> DownloadOverview?
    let link: LinkMaker

    func callAsFunction(_ request: Request) async -> Response {
        do throws(DownloadRefusal) {
            return try await answer(request)
        } catch {
            if let severity = error.severity {
                log(severity, "download refused", [("reason", .string(error.reason))])
            }
            return present(error.refusal, for: request, as: error.page)
        }
    }

    private func answer(_ request: Request) async throws(DownloadRefusal) -> Response {
        let endpoint: Endpoint
        do { endpoint = try Download.router.endpoint(of: request) } catch {
            throw error.pattern == nil ? .noAddress : .method(error.refusal)
        }
        switch endpoint {
        case .page(let token): return try await page(try verified(token), of: request)
        case .file(let token, let file):
            let link = try verified(token)
            guard let file else { throw .noFile(nil, link) }
            let caller = request.clientAddress(trustedHops: trustedHops)
            return request.method == .head
                ? try await look(link, at: file.text, for: caller) : try await serve(link, file.text, for: caller)
        }
    }

    /// Returns the link if its signature is valid and it has not expired; costs no query.
    private func verified(_ token: String?) throws(DownloadRefusal) -> OpenLink {
        guard let token else { throw .noLink }
        do {
            return OpenLink(token: token, content: try tokens.verify(token, now: now()))
        } catch {
            switch error {
            case .malformed, .forged: throw .noLink
            case .expired: throw .expired
            }
        }
    }

    private func page(_ link: OpenLink, of request: Request) async throws(DownloadRefusal) -> Response {
        let (found, verdict) = try await open(link, for: request.clientAddress(trustedHops: trustedHops))
        let page = DownloadPage(overview: found, link: link, publicURL: publicURL)
        switch Preference(request.fields, fallback: .page) {
        case .page: return page.page.response().telling(verdict)
        case .json: return page.json.telling(verdict)
        }
    }

    /// Reads what the link gives access to, if it is still usable for `file`, or for any file.
    private func open(
        _ link: OpenLink, at file: String? = nil, for caller: String
    ) async throws(DownloadRefusal) -> (DownloadOverview, RateLimitVerdict) {
        let answer = try await mapError(DownloadRefusal.database, await overview(link.grant, caller, now()))
        switch answer {
        case .refused(let verdict): throw .tooOften(verdict)
        case .admitted(let found, let verdict): return (try check(found, for: file), verdict)
        }
    }

    /// - Parameter file: the file that is asked for; `nil` for the page of all files.
    private func check(_ found: DownloadOverview?, for file: String? = nil) throws(DownloadRefusal) -> DownloadOverview
    {
        guard let found else { throw .noLink }
        if found.isRevoked { throw .revoked(found) }
        if !found.hasAccess { throw .closed(found) }
        if found.expiresAt <= now() { throw .expired }
        if !found.hasUses(for: file) { throw .usedUp(found) }
        return found
    }

    /// Counts a use, unless one is under way, and redirects to the file.
    ///
    /// The response has no rate limit fields: a client that reads them might wait before following the redirect.
    private func serve(_ link: OpenLink, _ file: String, for caller: String) async throws(DownloadRefusal) -> Response {
        switch self.link {
        case .local(let sign):
            return served(try address(try await used(link, file, by: caller), .get, sign), over: link)
        case .remote(let sign):
            let seen = try await artifact(file, behind: link, for: caller)
            let ready = try await address(seen, .get, sign)
            let used = try await used(link, file, by: nil)
            // A release published in between needs a link of its own: the only one that can fail after its use was
            // counted.
            return served(used.objectName == seen.objectName ? ready : try await address(used, .get, sign), over: link)
        }
    }

    /// Counts a use, unless one is under way, and returns the file.
    private func used(_ link: OpenLink, _ file: String, by caller: String?) async throws(DownloadRefusal) -> Artifact {
        let used = try await mapError(DownloadRefusal.database, await use(link.grant, file, caller, now()))
        if case .refused(let verdict) = used { throw .tooOften(verdict) }
        guard case .admitted(let artifact?, _) = used else { throw try await whyNot(link, file) }
        return artifact
    }

    private func served(_ address: Address, over link: OpenLink) -> Response {
        log(
            .info, "download served",
            [
                ("product", .string(address.object.product)), ("version", .string(address.object.version)),
                ("platform", .string(address.object.platform)), ("grant", .id(link.grant)),
            ])
        return address.redirect
    }

    /// Describes the file to a `HEAD` request, as the storage would.
    ///
    /// It is no redirect: a signed link is bound to its method, and clients that probe with `HEAD` then `GET` the address
    /// where they ended.
    private func look(
        _ link: OpenLink, at file: String, for caller: String
    ) async throws(DownloadRefusal) -> Response {
        let artifact = try await artifact(file, behind: link, for: caller)
        return Response(
            status: 200,
            fields: [
                "Content-Type": NewObject.contentType(artifact.fileName), "Content-Length": String(artifact.size),
                "Accept-Ranges": "bytes",
                "Content-Disposition": ContentDisposition.attachment(fileName: artifact.fileName),
                "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
            ])
    }

    private func artifact(
        _ file: String, behind link: OpenLink, for caller: String
    ) async throws(DownloadRefusal) -> Artifact {
        let (found, _) = try await open(link, at: file, for: caller)
        guard let artifact = found.artifacts.first(where: { $0.fileName == file }) else { throw .noFile(found, link) }
        return artifact
    }

    /// Returns why a use was not counted: the link's own reason, a missing file, or a change meanwhile.
    private func whyNot(_ link: OpenLink, _ file: String) async throws(DownloadRefusal) -> DownloadRefusal {
        let found = try check(try await mapError(DownloadRefusal.database, await reason(link.grant)), for: file)
        return found.artifacts.contains { $0.fileName == file } ? .changed : .noFile(found, link)
    }

    private func address(
        _ artifact: Artifact, _ method: Method, _ sign: LinkMaker.Local
    ) throws(DownloadRefusal) -> Address {
        guard let object = ObjectName(artifact.objectName) else { throw .misnamed }
        do { return Address(try sign(object, method, artifact.size, now()), of: object) } catch {
            throw .unsigned(.local(error))
        }
    }

    private func address(
        _ artifact: Artifact, _ method: Method, _ sign: LinkMaker.Remote
    ) async throws(DownloadRefusal) -> Address {
        guard let object = ObjectName(artifact.objectName) else { throw .misnamed }
        let link = try await mapError(DownloadRefusal.unsigned, await sign(object, method, artifact.size, now()))
        return Address(link, of: object)
    }
}

/// A file's name in a path.
struct FileName: Equatable, Sendable, PathParameter {
    let text: String

    static func parse(_ segment: PathSegment) -> FileName? {
        segment.text.flatMap { ObjectName.isSegment($0) ? FileName(text: $0) : nil }
    }
}

/// A link with a valid signature.
struct OpenLink: Equatable, Sendable {
    let token: String
    let content: VerifiedDownloadToken

    var grant: GrantID { content.grant }
    /// Its page's path; a token needs no encoding.
    var path: String { "/download/\(token)" }
}

/// A temporary URL of a file.
private struct Address {
    let object: ObjectName
    private let link: String

    init(_ link: String, of object: ObjectName) {
        self.link = link
        self.object = object
    }

    var redirect: Response {
        var response = Response.redirect(to: link, status: 302)
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    }
}
