import Commerce
package import EventLoop
package import Kernel
import Mail
package import Postgres
package import Records

/// How many mails a round dealt with.
package struct MailroomReport: Equatable, Sendable {
    /// Mails that the mail server took.
    package var sent = 0
    /// Mails that will be tried again.
    package var postponed = 0
    /// Mails that were given up.
    package var dead = 0
    /// Mails that what happened since has made untrue.
    package var dropped = 0

    /// Takes the parts as they are.
    package init() {}
}

/// Works off what is due in the outbox; any number of these may run at once.
@Loop
package struct Mailroom {
    /// Mails that are sent at once: as many connections as a mail server likes to see from one peer.
    private static let roundSize = 5
    /// Requests for lost mails that one statement looks up, and how many such statements one call runs: a flood of
    /// requests must not keep a receipt waiting.
    private static let requests = (atOnce: 100, rounds: 10)

    private let pool: Pool
    private let catalog: CatalogCache
    private let postman: Postman
    private let clock: WallClock

    /// Takes the parts as they are.
    package init(pool: Pool, catalog: CatalogCache, postman: Postman, clock: WallClock = .system) {
        self.pool = pool
        self.catalog = catalog
        self.postman = postman
        self.clock = clock
    }

    /// Sends what is due, in rounds of a few, until nothing is or `deadline` has come; what people asked for meanwhile
    /// on the lost-e-mail page is due first of all.
    ///
    /// - Throws: what the database says; mails under way keep their lease and are tried again when it ends. What people
    ///   asked for holds up no mail: that it could not be looked up is thrown when the mails are sent.
    package func work(until deadline: Instant) async throws(PostgresFault) -> MailroomReport {
        let fault = await requestFault()
        let report = try await sendDue(until: deadline)
        if let fault { throw fault }
        return report
    }

    private func sendDue(until deadline: Instant) async throws(PostgresFault) -> MailroomReport {
        var report = MailroomReport()
        while clock.now() < deadline {
            let now = clock.now()
            let claimed = try await pool.run(
                OutboxStatements.claim(limit: Mailroom.roundSize, leaseUntil: now + Postman.lease, at: now))
            if claimed.isEmpty { break }
            try await send(claimed, at: now, &report)
        }
        return report
    }

    /// Takes what people asked for; answers why it could not.
    private func requestFault() async -> PostgresFault? {
        let requests = Mailroom.requests
        do throws(PostgresFault) {
            for _ in 1...requests.rounds {
                let taken = try await pool.run(ResendStatements.take(limit: requests.atOnce, at: clock.now()))
                if taken < requests.atOnce { break }
            }
            return nil
        } catch { return error }
    }

    /// Sends mails that the caller has leased by making them; they are tried once here.
    ///
    /// - Throws: what the database says; the mails keep their lease and are tried again when it ends.
    package func send(_ mails: [EmailID]) async throws(PostgresFault) {
        guard !mails.isEmpty else { return }
        var report = MailroomReport()
        try await send(try await pool.run(OutboxStatements.leased(mails)), at: clock.now(), &report)
    }

    private func send(_ claimed: [ClaimedMail], at now: Instant, _ report: inout MailroomReport)
        async throws(PostgresFault)
    {
        let products = claimed.flatMap { $0.purchases.map(\.product) }
        let catalog = try await catalog.catalog { known in products.allSatisfy { known.product($0) != nil } }
        let letters = claimed.compactMap { letter($0, catalog, at: now) }
        let grants = letters.flatMap(\.grants)
        if !grants.isEmpty { _ = try await pool.run(GrantStatements.issue(grants, at: now)) }
        // All of a round at once: its lease is one attempt's time, and a hanging server holds up nobody else.
        let rounds = letters.map { letter in Loop.start { await settle(letter, catalog) } }
        for round in rounds {
            switch await round.value {
            case .sent: report.sent += 1
            case .retry: report.postponed += 1
            case .dead: report.dead += 1
            case nil: report.dropped += 1
            }
        }
        for mail in claimed where mail.recipient == nil {
            await postman.giveUp(mail)
            report.dead += 1
        }
    }

    private func settle(_ letter: Letter, _ catalog: Catalog) async -> MailSchedule.Next? {
        guard !letter.purchases.isEmpty else {
            await postman.drop(letter)
            return nil
        }
        return await postman.send(letter, catalog)
    }

    /// The letter that a row calls for; `nil` when nobody could get it.
    private func letter(_ mail: ClaimedMail, _ catalog: Catalog, at now: Instant) -> Letter? {
        guard let recipient = mail.recipient else { return nil }
        let kind = MailKind(rawValue: mail.kind)
        let purchases: [(Purchase, Grant?)] = mail.purchases.compactMap { purchase in
            guard kind?.isTrue(of: purchase) ?? true, let product = catalog.product(purchase.product) else {
                return nil
            }
            return (purchase, kind?.carriesKeys ?? false ? product.newGrant(at: now) : nil)
        }
        return Letter(
            id: mail.id, kind: mail.kind, recipient: recipient, attempt: mail.attempt, writtenAt: mail.createdAt,
            purchases: purchases)
    }
}
