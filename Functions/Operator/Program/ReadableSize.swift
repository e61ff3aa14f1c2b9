/// Returns a file size with its unit: `512 bytes`, `4.2 MB`.
func readable(_ size: Int64) -> String {
    guard size >= 1_000 else { return "\(size) bytes" }
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    var (tenths, unit) = (size / 100, 0)
    while tenths >= 10_000 && unit < units.count - 1 { (tenths, unit) = (tenths / 1_000, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}
