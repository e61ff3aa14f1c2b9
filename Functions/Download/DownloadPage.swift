import Catalog
import Crypto
import Downloads
import HTTP
import JSON
import Kernel
import Pages
import Settings

/// The content of a download link, for people and for programs.
struct DownloadPage {
    let overview: DownloadOverview
    let link: OpenLink
    let publicURL: PublicURL

    /// The page with a button for each file.
    var page: Page {
        Page(
            title: "Download \(overview.productName)", site: overview.site, width: .wide,
            main: """
                    <h1>Download \(overview.productName)</h1>
                \(overview.artifacts.isEmpty ? nothingYet : files)
                    <dl class="facts">
                      <dt>Link expires</dt>
                      <dd><time datetime="\(CivilTime(expiresAt).rfc3339)">\(HumanFormat.minute(expiresAt))</time></dd>
                      <dt>Downloads left</dt>
                      <dd>\(overview.usesLeft)</dd>
                    </dl>
                    <p>One download counts once, however many connections and attempts it takes: whatever you fetch of the
                      same file within \(useMinutes) minutes of starting is the same use. Opening this page counts nothing.</p>
                    <p>When the link is over, <a href="/lost-email">ask for a fresh one</a>: it goes to the address you
                      ordered with. For anything else, <a href="/support">get support</a>.</p>
                """)
    }

    /// The content as JSON.
    var json: Response {
        let files = overview.artifacts.map { artifact in
            JSONValue.object([
                ("name", .string(artifact.fileName)), ("platform", .string(artifact.platform)),
                ("size", .integer(artifact.size)), ("sha256", .string(Hex.encode(artifact.sha256))),
                ("url", .string(publicURL.link(path(artifact)))),
            ])
        }
        var response = Response.json(
            .object([
                ("product", .string(overview.productName)), ("version", version.map(JSONValue.string) ?? .null),
                ("expires_at", .string(CivilTime(expiresAt).rfc3339)),
                ("uses_left", .integer(Int64(overview.usesLeft))), ("files", .array(files)),
            ]))
        response.fields.set("Referrer-Policy", "no-referrer")
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    }

    private var useMinutes: Int64 { Grant.useDuration.components.seconds / 60 }

    private var version: String? { overview.artifacts.first?.version }

    /// The token and the grant are made with the same expiry; the earlier one counts.
    private var expiresAt: Instant { min(overview.expiresAt, link.content.expiresAt) }

    private var nothingYet: Markup {
        """
            <div class="notice notice-info">
              <p>There is no release yet. This page lists the files as soon as there is one.</p>
            </div>
        """
    }

    private var files: Markup {
        """
            <p class="lede">Version \(version ?? ""). Choose the file for your system.</p>
            <table class="files">
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">System</th>
                  <th scope="col">Size</th>
                  <th scope="col">SHA-256</th>
                  <td></td>
                </tr>
              </thead>
              <tbody>
        \(Markup.lines(overview.artifacts, row))
              </tbody>
            </table>
        """
    }

    private func row(_ artifact: Artifact) -> Markup {
        """
                <tr>
                  <td class="file-name">\(artifact.fileName)</td>
                  <td data-label="System">\(artifact.platformLabel)</td>
                  <td data-label="Size">\(HumanFormat.size(artifact.size))</td>
                  <td class="file-sum" data-label="SHA-256">\(Hex.encode(artifact.sha256))</td>
                  <td class="file-get"><a class="button" href="\(path(artifact))"
                    aria-label="Download \(artifact.fileName)">Download</a></td>
                </tr>
        """
    }

    private func path(_ artifact: Artifact) -> String { "\(link.path)/\(PercentCoding.encode(artifact.fileName))" }
}
