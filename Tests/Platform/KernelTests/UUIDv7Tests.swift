import Kernel
import Testing

@Suite("UUIDv7")
struct UUIDv7Tests {
    @Test("matches the example of RFC 9562, appendix A.6")
    func rfc9562() {
        let uuid = UUIDv7(
            at: Instant(microseconds: 1_645_557_742_000_000), entropy: (0xCC3, 0x18C4_DC0C_0C07_398F << 2))
        #expect(uuid.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test("survives its text and its bytes")
    func roundTrip() throws {
        let uuid = UUIDv7(at: WallClock.system.now())
        #expect(UUIDv7(uuid.description) == uuid)
        #expect(UUIDv7(uuid.description.uppercased()) == uuid)
        #expect(UUIDv7(bytes: uuid.bytes) == uuid)
    }

    @Test(
        "refuses what is no UUID",
        arguments: [
            "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2x79b0-7cc3-98c4-dc0c0c07398f",
        ])
    func refuses(text: String) {
        #expect(UUIDv7(text) == nil)
    }

    @Test("sorts by time of making")
    func sorts() {
        let early = UUIDv7(at: Instant(unixSeconds: 1_000)).description
        let late = UUIDv7(at: Instant(unixSeconds: 2_000)).description
        #expect(early < late)
    }
}
