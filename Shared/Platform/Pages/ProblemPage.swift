package import HTTP
package import Kernel

/// A refusal for people: what happened, and what to do next.
package struct ProblemPage: Equatable, Sendable {
    /// A way on from a page that ends here.
    package struct Action: Equatable, Sendable {
        /// What the link says.
        package let label: String
        /// Where it leads.
        package let path: String

        /// Takes the parts as they are.
        package init(_ label: String, _ path: String) {
            self.label = label
            self.path = path
        }

        /// A fresh link for the buyer's address.
        package static let lostEmail = Action("Ask for a fresh link", "/lost-email")
        /// Somebody to write to.
        package static let support = Action("Get support", "/support")
        /// The way back.
        package static let home = Action("Back to the product page", "/")
    }

    /// What happened, in few words.
    package var heading: String
    /// What happened and what to do.
    package var explanation: String
    /// What to do next, the likeliest first.
    package var actions: [Action]
    /// Whose page it is.
    package var site: Site

    /// Takes the parts as they are.
    package init(heading: String, explanation: String, actions: [Action], site: Site = .unnamed) {
        self.heading = heading
        self.explanation = explanation
        self.actions = actions
        self.site = site
    }

    /// The page that fits every refusal of its kind; a function that knows more says more.
    package init(_ refusal: Refusal, site: Site = .unnamed) {
        let text = ProblemText(refusal)
        self.init(heading: text.heading, explanation: text.explanation, actions: text.actions, site: site)
    }

    /// The page in the shell.
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

/// The answer to a refused caller: a page for people, problem+json for programs, with the same status and fields.
///
/// - Parameters:
///   - page: what the function has to say to people; the text for the refusal's kind when absent.
///   - fallback: who is taken to ask when `Accept` does not tell.
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
