package import HTTP

/// A page in the storefront's shell; `styles.css` there lists the building blocks for `main`.
package struct Page: Equatable, Sendable {
    /// How wide the main part is.
    package enum Width: Equatable, Sendable {
        /// A column for reading.
        case prose
        /// The whole shell, for tables.
        case wide
    }

    /// The window's title.
    package var title: String
    /// Whose page it is.
    package var site: Site
    /// How wide the main part is.
    package var width: Width
    /// After how many seconds the page loads itself again; never when absent.
    package var refreshSeconds: Int?
    /// What stands between header and footer.
    package var main: Markup

    /// A page; `title` stands in the window's title alone, so `main` begins with an `h1`.
    package init(
        title: String, site: Site, width: Width = .prose, refreshSeconds: Int? = nil, main: Markup
    ) {
        self.title = title
        self.site = site
        self.width = width
        self.refreshSeconds = refreshSeconds
        self.main = main
    }

    /// The answer that carries it; no search engine keeps it.
    package func response(status: Int = 200) -> Response {
        var response = Response.page(html, status: status)
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    }

    /// The whole document.
    package var html: String { document.html }

    private var document: Markup {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>\(windowTitle)</title>
          <meta name="robots" content="noindex">\(refresh)
          <link rel="icon" href="/favicon.svg" type="image/svg+xml">
          <link rel="stylesheet" href="/styles.css">
        </head>
        <body>
        \(header)
          <main id="main" class="\(width == .wide ? "wide" : "prose")">
        \(main)
          </main>
        \(footer)
        </body>
        </html>

        """
    }

    private var refresh: Markup {
        guard let refreshSeconds else { return .empty }
        return "\n  <meta http-equiv=\"refresh\" content=\"\(refreshSeconds)\">"
    }

    private var windowTitle: String { site.shopName.isEmpty ? title : "\(title), \(site.shopName)" }

    private var header: Markup {
        """
          <a class="skip" href="#main">Skip to content</a>
          <header class="shell-head">
            <a class="wordmark" href="/"><img src="/favicon.svg" alt="" width="28" height="28">\(site.wordmark)</a>
            <nav aria-label="Main">
              <ul>
                <li><a href="/">\(site.homeLabel)</a></li>
                <li><a href="/faq">Questions</a></li>
                <li><a href="/support">Support</a></li>
              </ul>
            </nav>
          </header>
        """
    }

    private var footer: Markup {
        """
          <footer class="shell-foot">
            <div>
              \(site.imprint)
              <nav aria-label="Help and terms">
                <ul>
                  <li><a href="/lost-email">Lost e-mail</a></li>
                  <li><a href="/refunds">Refunds</a></li>
                  <li><a href="/terms">Terms of sale</a></li>
                  <li><a href="/license-agreement">License agreement</a></li>
                  <li><a href="/privacy">Privacy</a></li>
                </ul>
              </nav>
            </div>
          </footer>
        """
    }
}
