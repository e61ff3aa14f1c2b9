import FoundationEssentials
import Kernel
import Storage
import Support
import Testing

/// Reads a file that does not exist.
func noFile(_ path: String) -> [UInt8]? { nil }

/// Google's dummy service account.
func dummySigner() throws -> StorageSigner {
    let json = try vector("gcs/test_service_account.not-a-test.json")
    return try #require(StorageSigner(serviceAccountKey: json))
}
