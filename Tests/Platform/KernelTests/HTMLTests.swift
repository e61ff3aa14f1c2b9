import Kernel
import Testing

@Suite("HTML")
struct HTMLTests {
    @Test("cannot be broken out of")
    func escape() {
        #expect(HTML.escape("<a href=\"x\" b='y'>&") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;")
    }
}
