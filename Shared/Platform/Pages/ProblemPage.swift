package import HTTP
package import Kernel

/// An error page for people: what happened, and what to do next.
package struct ProblemPage: Equatable, Sendable {
    /// A link that offers a next step.
    package struct Action: Equatable, Sendable {
        /// The link's text.
        package let label: String
        /// The link's target.
        package let path: String

        /// Creates a link to `path`.
        package init(_ label: String, _ path: String) {
            self.label = label
            self.path = path
        }

        /// Requests a new download link for the buyer's address.
        package static let lostEmail = Action("Ask for a fresh link", "/lost-email")
        /// Leads to the support page.
        package static let support = Action("Get support", "/support")
        /// Leads back to the product page.
        package static let home = Action("Back to the product page", "/")
    }

    /// What happened, in a few words.
    package var heading: String
    /// What happened and what to do.
    package var explanation: String
    /// The next steps, the most likely first.
    package var actions: [Action]
    /// The shop and product in header and footer.
    package var site: Site

    /// Creates an error page.
    package init(heading: String, explanation: String, actions: [Action], site: Site = .unnamed) {
        self.heading = heading
        self.explanation = explanation
        self.actions = actions
        self.site = site
    }

    /// Creates the default page for a refusal; a function that knows more shows its own text.
    package init(_ refusal: Refusal, site: Site = .unnamed) {
        let text = ProblemText(refusal)
        self.init(heading: text.heading, explanation: text.explanation, actions: text.actions, site: site)
    }

    /// The page in the storefront's layout.
    package var page: Page {
        Page(
            title: heading, site: site,
            main: """
                    <h1>\(heading)</h1>
                    <p class="lede">\(explanation)</p>
                    <div class="actions">
                \(buttons)
                    </div>
                """)
    }

    private var buttons: Markup {
        .lines(Array(actions.enumerated())) { index, action in
            """
                  <a class="\(index == 0 ? "button" : "button button-secondary")" href="\(action.path)">\(action.label)</a>
            """
        }
    }
}

/// Returns the response to a refused request: a page for browsers, problem+json for programs, with the same status and
/// fields.
///
/// - Parameters:
///   - page: the page to show; `nil` for the default text of the refusal.
///   - fallback: the format if `Accept` does not decide.
package func present(
    _ refusal: Refusal, for request: Request, as page: ProblemPage? = nil, fallback: Preference = .page
) -> Response {
    switch Preference(request.fields, fallback: fallback) {
    case .json:
        var response = refusal.response
        response.fields.set("Referrer-Policy", "no-referrer")
        response.fields.set("X-Robots-Tag", "noindex")
        return response
    case .page:
        var response = (page ?? ProblemPage(refusal)).page.response(status: refusal.problem.status)
        for line in refusal.fields.lines { response.fields.append(line.name, line.value) }
        return response
    }
}
