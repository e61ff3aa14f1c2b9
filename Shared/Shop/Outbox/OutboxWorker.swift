package import EventLoop
package import Kernel
package import Postgres

/// The results of a round.
package struct OutboxReport: Equatable, Sendable {
    /// Mails that the mail server accepted.
    package var sent = 0
    /// Mails that will be retried.
    package var postponed = 0
    /// Mails that were given up.
    package var dead = 0
    /// Mails that were dropped as outdated.
    package var dropped = 0

    /// Creates an empty report.
    package init() {}
}

/// The renderer of some kinds of mail; every slice that sends mails provides one.
package protocol EmailRendering: Sendable {
    /// The kinds that it renders.
    var kinds: Set<EmailKind> { get }

    /// Renders a batch of leased mails of these kinds; a mail missing from the result counts as failed.
    @Loop
    func render(_ jobs: [EmailJob]) async throws(PostgresFault) -> [EmailID: RenderedEmail]
}

/// Sends the due mails of the outbox; any number of workers may run at once.
@Loop
package struct OutboxWorker {
    /// The number of mails sent at once: as many connections as a mail server accepts from one peer.
    private static let roundSize = 5

    private let pool: Pool
    private let sender: EmailSender
    private let renderers: [any EmailRendering]
    private let clock: WallClock

    /// Creates a worker that sends with `sender` what `renderers` render.
    package init(pool: Pool, sender: EmailSender, renderers: [any EmailRendering], clock: WallClock = .system) {
        self.pool = pool
        self.sender = sender
        self.renderers = renderers
        self.clock = clock
    }

    /// Sends due mails in small rounds until none is left or `deadline` has passed.
    ///
    /// - Throws: the database's fault; mails in flight keep their lease and are tried again when it ends.
    package func sendDue(until deadline: Instant) async throws(PostgresFault) -> OutboxReport {
        var report = OutboxReport()
        while clock.now() < deadline {
            let now = clock.now()
            let claimed = try await pool.run(
                OutboxStatements.claim(limit: OutboxWorker.roundSize, leaseUntil: now + EmailSender.lease, at: now))
            if claimed.isEmpty { break }
            try await send(claimed, &report)
        }
        return report
    }

    /// Sends mails that the caller queued with a lease; each is tried once here, or none while the outbox is held.
    ///
    /// - Throws: the database's fault; the mails keep their lease and are tried again when it ends.
    package func send(_ mails: [EmailID]) async throws(PostgresFault) {
        guard !mails.isEmpty else { return }
        var report = OutboxReport()
        let now = clock.now()
        let leased = try await pool.run(
            OutboxStatements.leased(mails, leaseUntil: now + EmailSender.lease, at: now))
        try await send(leased, &report)
    }

    private func send(_ jobs: [EmailJob], _ report: inout OutboxReport) async throws(PostgresFault) {
        let rendered = try await render(jobs)
        // A whole round at once: its lease lasts for one attempt, and a hanging server delays no other mail.
        let sending = jobs.map { job in
            Loop.start { await sender.send(job, rendered[job.id] ?? .failed("no mail of kind \(job.kind.rawValue)")) }
        }
        for mail in sending {
            switch await mail.value {
            case .sent: report.sent += 1
            case .retry: report.postponed += 1
            case .dead: report.dead += 1
            case nil: report.dropped += 1
            }
        }
    }

    private func render(_ jobs: [EmailJob]) async throws(PostgresFault) -> [EmailID: RenderedEmail] {
        var rendered: [EmailID: RenderedEmail] = [:]
        for renderer in renderers {
            let batch = jobs.filter { renderer.kinds.contains($0.kind) }
            if !batch.isEmpty { rendered.merge(try await renderer.render(batch)) { first, _ in first } }
        }
        return rendered
    }
}
