import Crypto
import Downloads
import Files
import Kernel
import Licensing
import Limits
import OIDC
import OrderMails
import Outbox
import Postgres
import RateLimiting
import Reconciliation
import Server
import Settings
import Storage
import StorageClient
import Stripe
import StripeClient

/// All settings of all functions, read by the functions' own readers; a group at fault is `nil` and has failed checks.
struct ShopSettings: Sendable {
    private(set) var checks: [Check] = []
    private(set) var database: DatabaseSettings?
    private(set) var stripe: StripeSettings?
    private(set) var mail: MailSettings?
    private(set) var storage: StorageSettings?
    /// The API and credentials of a signer without a key.
    private(set) var signing: (cloud: CloudSettings, tokens: AccessTokens.Source)?
    /// The number of hours without a delivery before an alert, if sales are usual then.
    private(set) var quietHours = 6

    private let environment: [String: String]

    /// Reads the settings and the files that some of them name, so it blocks.
    init(_ environment: [String: String]) {
        self.environment = environment
        database = part(["DATABASE_URL", "DATABASE_POOL_SIZE"]) { DatabaseSettings(&$0) }
        stripe = part(["STRIPE_API_KEY", "STRIPE_API_BASE"]) { StripeSettings(&$0) }
        if let stripe { _ = part(["STRIPE_CHECKOUT_BASE"]) { PaymentPages(&$0, of: stripe) } }
        _ = part(["STRIPE_WEBHOOK_SECRETS"]) { read in
            read.value(
                "STRIPE_WEBHOOK_SECRETS", expected: SigningSecrets.expected, parse: SigningSecrets.parse)
        }
        _ = part(["LICENSE_SECRETS", "TOKEN_SECRETS", "KEY_PEPPER"]) { read in
            _ = DownloadTokens(&read)
            return KeyRing(&read)
        }
        // Only the key's kind matters here, even if `STRIPE_API_BASE` is invalid.
        let isTest = SecretKeyKind(Secret(environment["STRIPE_API_KEY"] ?? "")) == .test
        mail = part(["PUBLIC_URL", "SMTP_URL", "MAIL_FROM", "MAIL_TEMPLATES"]) { MailSettings(&$0, isTest: isTest) }
        storage = part(["STORAGE_BUCKET", "STORAGE_BASE", "STORAGE_SIGNER"]) { read in
            StorageSettings(&read, allowsPlain: isTest) { try? FileReader.whole($0) }
        }
        if case .iam = storage?.signer {
            let names = ["GCE_METADATA_HOST", "IAM_CREDENTIALS_BASE", "GOOGLE_OAUTH_ACCESS_TOKEN"]
            signing = part(names) { read in
                guard let cloud = CloudSettings(&read), let tokens = AccessTokens.Source(&read) else { return nil }
                return (cloud, tokens)
            }
        }
        _ = part(["TASKS_AUTH", "OIDC_JWKS_URL"]) { TasksSettings(&$0) }
        _ = part(["RATE_LIMITS"]) { RateLimitTable(&$0) }
        quietHours = part(["QUIET_HOURS"]) { ReconciliationSettings.quietHours(&$0) } ?? quietHours
        _ = part(["PORT", "TRUSTED_PROXY_HOPS", "LOG_LEVEL"]) { ServerSettings(&$0) }
    }

    /// Returns what `body` reads, or `nil` after a fault; adds a check for each of `names`.
    private mutating func part<Value>(_ names: [String], _ body: (inout SettingsReader) -> Value?) -> Value? {
        var read = SettingsReader(environment)
        let value = body(&read)
        do throws(SettingsFault) {
            try read.finish()
            checks += names.map { check($0, SettingsFault?.none) }
            return value
        } catch {
            checks += names.map { check($0, error) }
            return nil
        }
    }

    private func check(_ name: String, _ fault: SettingsFault?) -> Check {
        let expected = fault?.invalid.filter { $0.name == name }.map(\.expected) ?? []
        let isPresent = !(environment[name] ?? "").isEmpty
        if !expected.isEmpty {
            return Check(
                group: .settings, name: name, state: .failed, detail: isPresent ? "not usable" : "missing",
                advice: "expected \(expected.joined(separator: "; "))")
        }
        if fault?.missing.contains(name) == true {
            let help = ShopSettings.known.first { $0.name == name }?.help ?? name
            let advice = help.hasPrefix("needed; ") ? "set it: \(help.dropFirst(8))" : help
            return Check(group: .settings, name: name, state: .failed, detail: "missing", advice: advice)
        }
        return Check(
            group: .settings, name: name, state: .passed, detail: isPresent ? "set" : "absent, the default holds")
    }
}

extension ShopSettings {
    /// All settings with their descriptions.
    static let known: [Command.Setting] = [
        .init(name: "DATABASE_URL", help: "needed; the database, a libpq URL"),
        .init(name: "DATABASE_POOL_SIZE", help: "connections of one process, 1 to 64; 4 when absent"),
        .init(name: "STRIPE_API_KEY", help: "needed; Stripe's secret or restricted key"),
        .init(name: "STRIPE_API_BASE", help: "https://api.stripe.com when absent"),
        .init(name: "STRIPE_CHECKOUT_BASE", help: "https://checkout.stripe.com when absent"),
        .init(name: "STRIPE_WEBHOOK_SECRETS", help: "needed; \(SigningSecrets.expected)"),
        .init(name: "LICENSE_SECRETS", help: "needed; \(VersionedSecrets.expectedWithStarts)"),
        .init(name: "TOKEN_SECRETS", help: "needed; \(VersionedSecrets.expected)"),
        .init(name: "KEY_PEPPER", help: "needed; base64 of at least 32 bytes"),
        .init(name: "PUBLIC_URL", help: "needed; the base of every link, https://host without a path"),
        .init(name: "SMTP_URL", help: "needed; the mail server, smtps://… or smtp://…"),
        .init(name: "MAIL_FROM", help: "needed; Name <address> or an address"),
        .init(name: "MAIL_TEMPLATES", help: "needed; the folder with the mail templates, as infra/mail"),
        .init(name: "STORAGE_BUCKET", help: "needed; the bucket with the released files"),
        .init(name: "STORAGE_BASE", help: "https://storage.googleapis.com when absent"),
        .init(name: "STORAGE_SIGNER", help: "needed; \(StorageSigner.expected)"),
        .init(name: "GCE_METADATA_HOST", help: "for iam: signers; metadata.google.internal when absent"),
        .init(
            name: "IAM_CREDENTIALS_BASE", help: "for iam: signers; https://iamcredentials.googleapis.com when absent"),
        .init(
            name: "GOOGLE_OAUTH_ACCESS_TOKEN",
            help: "for iam: signers, the access token; the metadata server's when absent"),
        .init(name: "TASKS_AUTH", help: "needed; \(TasksAuth.expected)"),
        .init(name: "OIDC_JWKS_URL", help: "the key set of oidc: tokens; Google's when absent"),
        .init(
            name: "QUIET_HOURS", help: "hours without an event before an alert if sales are usual; 6 when absent"),
        .init(name: "PORT", help: "8080 when absent"),
        .init(
            name: "TRUSTED_PROXY_HOPS", help: "how many addresses in X-Forwarded-For are our proxies'; 0 when absent"),
        .init(name: "RATE_LIMITS", help: "overrides of rate limits, name=requests/seconds,…; may be absent"),
        .init(name: "LOG_LEVEL", help: "info when absent"),
        .init(name: "MIGRATIONS_DIR", help: "the folder of the migrations; infra/migrations when absent"),
    ]
}
