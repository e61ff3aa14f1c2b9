import HTTP
import Kernel
import Storage
import Testing

@testable import StorageClient

@Suite("Links kept for a moment")
struct LinkCacheTests {
    private let now = Instant(unixSeconds: 1_795_201_200)

    @Test("are reused for a minute, which leaves at least four of their lifetime")
    func minute() throws {
        var cache = LinkCache()
        let key = try key(0)
        cache.keep("link", key, madeAt: now)
        for seconds in [0, 1, 59] { #expect(cache.link(key, at: now + .seconds(seconds)) == "link") }
        for seconds in [60, 61, 3_600] { #expect(cache.link(key, at: now + .seconds(seconds)) == nil) }
        #expect(DownloadLink.lifetime(size: 0) - Int(LinkCache.freshness.components.seconds) >= 240)
    }

    @Test("do not live longer after the clock is set back")
    func setBack() throws {
        var cache = LinkCache()
        cache.keep("link", try key(0), madeAt: now)
        #expect(cache.link(try key(0), at: now - .seconds(1)) == nil)
    }

    @Test("belong to one file and one method")
    func keys() throws {
        var cache = LinkCache()
        cache.keep("link", try key(0), madeAt: now)
        #expect(cache.link(try key(1), at: now) == nil)
        #expect(cache.link(LinkCache.Key(object: try key(0).object, method: .head), at: now) == nil)
    }

    @Test("are evicted at the limit: expired ones first, then the oldest")
    func bound() throws {
        var cache = LinkCache()
        for index in 0..<LinkCache.limit { cache.keep("\(index)", try key(index), madeAt: now + .milliseconds(index)) }
        cache.keep("one more", try key(LinkCache.limit), madeAt: now + .seconds(1))
        #expect(cache.count == LinkCache.limit)
        #expect(cache.link(try key(0), at: now + .seconds(1)) == nil)
        #expect(cache.link(try key(1), at: now + .seconds(1)) == "1")
        #expect(cache.link(try key(LinkCache.limit), at: now + .seconds(1)) == "one more")
        cache.keep("later", try key(9_999), madeAt: now + .seconds(120))
        #expect(cache.count == 1)
        for index in 0..<1_000 { cache.keep("\(index)", try key(index), madeAt: now + .seconds(120)) }
        #expect(cache.count == LinkCache.limit)
    }

    private func key(_ number: Int) throws -> LinkCache.Key {
        LinkCache.Key(object: try #require(ObjectName("p/1.0/linux/\(number).zip")), method: .get)
    }
}
