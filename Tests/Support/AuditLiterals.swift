package import Audit
import Kernel

extension OperatorName: ExpressibleByStringLiteral {
    /// A name in a test; one that is not valid ends it.
    package init(stringLiteral text: String) {
        do { try self.init(text) } catch { fatalError("«\(text)» is no operator's name: \(error)") }
    }
}

extension AuditReason: ExpressibleByStringLiteral {
    /// A reason in a test; one that is not valid ends it.
    package init(stringLiteral text: String) {
        do { try self.init(text, refusing: .addresses) } catch { fatalError("«\(text)» is no reason: \(error)") }
    }
}
