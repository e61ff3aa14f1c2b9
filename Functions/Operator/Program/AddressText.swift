import DomainNames
import Kernel

/// Returns a stored address as people write it, with U-labels.
func shown(_ address: String) -> String { EmailAddress(stored: address)?.shown ?? address }
