import EventLoop
import FoundationEssentials
import JSON
import Kernel
import Postgres
import Support
import Testing

/// Stripe promises neither order nor once: whatever arrives when, and however often, money and access must end where
/// the state machine says.
@Suite("Histories", .freshDatabase, .serialized)
struct HistoryTests {
    /// How many histories a run plays, unless `LATCHKEY_HISTORIES` says otherwise.
    static let usual = 5_000

    @Test("every history of a sale ends where the state machine says, in whatever order it arrives")
    func histories() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LATCHKEY_HISTORIES"].flatMap { Int($0) } ?? HistoryTests.usual
        let seed = environment["LATCHKEY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 48)
        print("histories: \(count), LATCHKEY_SEED=\(seed)")
        let fixture = try await onLoop { try await Fixture(poolSize: 8) }
        try await onLoop { try await fixture.addProduct(ProductID(at: fixture.now)) }
        try await withLogin(of: "latchkey_webhook") { login in
            let webhook = try BuiltFunction.start("webhook", settings(login))
            try webhook.forgetLog()
            let port = webhook.port
            let failure = try await withOpen({ fixture }) { fixture in
                let stage = StoryStage(fixture: fixture, port: port)
                let failure = try await firstFailure(on: stage, count: count, seed: seed)
                if failure == nil { try figures(stage, count, seed) }
                return failure
            }
            #expect(failure == nil, "LATCHKEY_SEED=\(seed)\n\(failure ?? "")")
            #expect(try webhook.stop() == 0)
        }
    }

    /// The webhook's settings, with the rights of its role alone.
    private func settings(_ login: DatabaseSettings) -> [String: String] {
        TestSettings.environment.merging([
            "DATABASE_URL": login.url.revealed(), "DATABASE_POOL_SIZE": "8",
            // Nobody listens there: mails stay in the outbox.
            "SMTP_URL": "smtp://127.0.0.1:1",
        ]) { $1 }
    }

    /// Plays the histories a few at a time; answers the first that ends wrong, made as small as it gets.
    @Loop
    private func firstFailure(on stage: StoryStage, count: Int, seed: UInt64) async throws -> String? {
        var random = SeededGenerator(seed: seed)
        var left = count
        while left > 0 {
            let batch = (0..<min(8, left)).map { _ in Story(&random) }
            left -= batch.count
            let plays = batch.map { story in Loop.start { await played(story, on: stage) } }
            var failed: (Story, String)?
            for (story, play) in zip(batch, plays) {
                if let complaint = try await play.value.get(), failed == nil { failed = (story, complaint) }
            }
            if let (story, complaint) = failed { return try await shrink(story, complaint, on: stage) }
        }
        return nil
    }

    @Loop
    private func played(_ story: Story, on stage: StoryStage) async -> Result<String?, any Error> {
        do { return .success(try await stage.play(story)) } catch { return .failure(error) }
    }

    /// Leaves out deliveries one by one for as long as the story still ends wrong.
    @Loop
    private func shrink(_ story: Story, _ complaint: String, on stage: StoryStage) async throws -> String {
        var (smallest, complaint) = (story, complaint)
        var mayShrink = true
        while mayShrink {
            mayShrink = false
            for candidate in smallest.withOneDeliveryLess {
                guard let found = try await repeatedly(candidate, on: stage) else { continue }
                (smallest, complaint, mayShrink) = (candidate, found, true)
                break
            }
        }
        return "\(complaint)\n\(smallest)"
    }

    /// What is wrong in any of a few tries: what happens at once does not go wrong every time.
    @Loop
    private func repeatedly(_ story: Story, on stage: StoryStage) async throws -> String? {
        for _ in 0..<5 {
            if let complaint = try await stage.play(story) { return complaint }
        }
        return nil
    }

    @Loop
    private func figures(_ stage: StoryStage, _ count: Int, _ seed: UInt64) throws {
        try Figures.write(
            "histories",
            [
                ("histories", .integer(Int64(count))), ("deliveries", .integer(Int64(stage.deliveries))),
                ("ended wrong", 0), ("seed", .string(String(seed))),
            ])
    }
}

extension Story {
    /// The same story with one delivery left out, each in turn.
    fileprivate var withOneDeliveryLess: [Story] {
        waves.indices.flatMap { wave in
            waves[wave].indices.map { delivery in
                var story = self
                story.waves[wave].remove(at: delivery)
                story.waves.removeAll(where: \.isEmpty)
                return story
            }
        }
    }
}
