import Licensing
import Orders
import Postgres

extension CommandFault {
    /// Returns the fault for `license`, as last read, that was not changed.
    init(_ fault: LicenseChangeFault, of license: LicenseDetail) {
        let text =
            switch fault {
            case .noLicense: "no license \(license.id)"
            case .notActive: "license \(license.id) is \(license.statusText)"
            case .notHeld: "license \(license.id) is not closed by hand: it is \(license.statusText)"
            case .closed(let order):
                "license \(license.id) stays closed: order \(license.orderName), \(order.whyClosed)"
            case .changedMeanwhile:
                "license \(license.id) changed a moment ago; nothing was done, look at it again"
            case .underivable(let fault): fault.description
            case .database(let fault): fault.description
            }
        self = .failed(text)
    }
}
