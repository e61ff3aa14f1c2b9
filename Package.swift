// swift-tools-version: 6.3
import PackageDescription

/// The settings of every target: the strictest the compiler knows, and no warning passes.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A C library that Debian provides: a module map and a shim header, nothing of ours.
func system(_ name: String, pkgConfig: String, apt package: String) -> [Target] {
    [
        .systemLibrary(
            name: name, path: "Shared/Platform/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
    ]
}

/// A module that knows no shop; it imports this tier alone.
func platform(
    _ name: String, uses modules: [Target.Dependency] = [], testing extra: [Target.Dependency] = []
) -> [Target] { module(name, tier: "Platform", uses: modules, testing: extra) }

/// A module about one outside service, values or client, which imports Platform and this tier.
func provider(
    _ name: String, uses modules: [Target.Dependency] = [], testing extra: [Target.Dependency] = []
) -> [Target] { module(name, tier: "Providers", uses: modules, testing: extra) }

/// A slice of the business, which imports Platform, Providers and the slices below it.
func shop(
    _ name: String, uses modules: [Target.Dependency] = [], testing extra: [Target.Dependency] = []
) -> [Target] { module(name, tier: "Shop", uses: modules, testing: extra) }

/// One shared module and its tests.
func module(
    _ name: String, tier: String, uses modules: [Target.Dependency], testing extra: [Target.Dependency]
) -> [Target] {
    [
        .target(name: name, dependencies: modules, path: "Shared/\(tier)/\(name)", swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name)] + modules.filter { !isSystem($0) } + extra,
            path: "Tests/\(tier)/\(name)Tests", swiftSettings: strict),
    ]
}

/// One function, executable and tests, which links only what it names.
struct Function {
    let product: Product
    let targets: [Target]

    /// - Parameter name: the folder's name; the module is called `<name>Function`, because a slice may have the same name.
    init(
        _ name: String, named executable: String, uses modules: [Target.Dependency],
        testing extra: [Target.Dependency] = []
    ) {
        product = .executable(name: executable, targets: ["\(name)Function"])
        targets = [
            .executableTarget(
                name: "\(name)Function", dependencies: modules, path: "Functions/\(name)", swiftSettings: strict),
            .testTarget(
                name: "\(name)FunctionTests",
                dependencies: [.target(name: "\(name)Function"), "Support"] + modules + extra,
                path: "Tests/Functions/\(name)Tests", swiftSettings: strict),
        ]
    }
}

/// A C module has one importer, so no test may link it.
func isSystem(_ dependency: Target.Dependency) -> Bool {
    guard case .byNameItem(let name, _) = dependency else { return false }
    return ["CUV", "CLLHTTP", "CYYJSON", "CPostgres", "CCurl", "CCrypto", "CIDN2"].contains(name)
}

let sandboxModules: [Target.Dependency] = [
    "Crypto", "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Outbound", "Server", "Settings",
]
/// The stand-in for Stripe and Cloud Storage, and its own tests; no function depends on it.
let sandbox: [Target] = [
    .executableTarget(
        name: "Sandbox", dependencies: sandboxModules, path: "Tests/Sandbox",
        resources: [.embedInCode("Resources/pay.css"), .embedInCode("Resources/templates.json")],
        swiftSettings: strict),
    .testTarget(
        name: "SandboxTests", dependencies: ["Sandbox", "Support"] + sandboxModules, path: "Tests/SandboxTests",
        swiftSettings: strict),
]

/// What the fuzzer calls, and the replay of the inputs it found.
let fuzzing: [Target] = [
    .target(
        name: "FuzzTargets",
        dependencies: ["Crypto", "Downloads", "EmailMessage", "HTTP", "JSON", "Kernel", "Licensing", "Stripe"],
        path: "Tests/Fuzz/Targets", swiftSettings: strict),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/FuzzTests", swiftSettings: strict),
]

let targets: [[Target]] = [
    // Platform: C libraries, values, and input and output on the one loop.
    system("CUV", pkgConfig: "libuv", apt: "libuv1-dev"),
    system("CLLHTTP", pkgConfig: "libllhttp", apt: "libllhttp-dev"),
    system("CYYJSON", pkgConfig: "yyjson", apt: "libyyjson-dev"),
    system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    system("CIDN2", pkgConfig: "libidn2", apt: "libidn2-dev"),
    platform("Kernel", testing: ["Support"]),
    platform("JSON", uses: ["CYYJSON", "Kernel"]),
    platform("Log", uses: ["JSON", "Kernel"]),
    platform("Settings", uses: ["Kernel"]),
    platform("HTTP", uses: ["JSON", "Kernel"]),
    platform("Crypto", uses: ["CCrypto", "Kernel"], testing: ["Support"]),
    platform("DomainNames", uses: ["CIDN2", "Kernel"]),
    platform("Pages", uses: ["HTTP", "Kernel"], testing: ["JSON", "Support"]),
    platform("Files", uses: ["Crypto"]),
    platform("Templates", uses: ["Kernel"], testing: ["Support"]),
    platform("EmailMessage", uses: ["Crypto", "Kernel"], testing: ["Support"]),
    platform("EventLoop", uses: ["CUV"], testing: ["Support"]),
    platform("Postgres", uses: ["CPostgres", "EventLoop", "JSON", "Kernel", "Log", "Settings"], testing: ["Support"]),
    platform(
        "Server", uses: ["CLLHTTP", "EventLoop", "Files", "HTTP", "JSON", "Kernel", "Log", "Settings"],
        testing: ["Support"]),
    platform("Outbound", uses: ["CCurl", "EventLoop", "HTTP", "Kernel"], testing: ["JSON", "Support"]),
    platform(
        "RateLimiting", uses: ["Crypto", "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Postgres", "Settings"],
        testing: ["Pages", "Support"]),
    platform("Migrations", uses: ["Crypto", "EventLoop", "Files", "Kernel", "Postgres"], testing: ["Support"]),
    platform(
        "OIDC", uses: ["Crypto", "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Outbound", "Settings"],
        testing: ["Server", "Support"]),

    // Providers: what is outside.
    provider("Stripe", uses: ["Crypto", "HTTP", "JSON", "Kernel"], testing: ["Support"]),
    provider(
        "StripeClient", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Stripe"],
        testing: ["Log", "Server", "Support"]),
    provider("Storage", uses: ["Crypto", "HTTP", "JSON", "Kernel", "Settings"], testing: ["Support"]),
    provider(
        "StorageClient", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Storage"], testing: ["Support"]),

    // The shop, slice by slice.
    shop("Audit", uses: ["Crypto", "EventLoop", "JSON", "Kernel", "Log", "Postgres"], testing: ["Support"]),
    shop("Catalog", uses: ["EventLoop", "Kernel", "Postgres"]),
    shop("Limits", uses: ["HTTP", "Kernel", "RateLimiting", "Settings"]),
    shop(
        "Licensing", uses: ["Audit", "Crypto", "EventLoop", "JSON", "Kernel", "Postgres", "Settings"],
        testing: ["Support"]),
    shop(
        "Downloads", uses: ["Catalog", "Crypto", "Kernel", "Postgres", "RateLimiting", "Settings"],
        testing: ["EventLoop", "Fulfilment", "Support"]),
    shop(
        "Outbox", uses: ["Audit", "EmailMessage", "EventLoop", "JSON", "Kernel", "Log", "Outbound", "Postgres"],
        testing: ["Fulfilment", "Support"]),
    shop(
        "Orders",
        uses: [
            "Audit", "Catalog", "Downloads", "EventLoop", "Kernel", "Licensing", "Outbox", "Postgres", "RateLimiting",
            "Stripe",
        ], testing: ["Fulfilment", "Limits", "OrderMails", "Support"]),
    shop(
        "OrderMails",
        uses: [
            "Catalog", "Downloads", "EmailMessage", "EventLoop", "Files", "JSON", "Kernel", "Licensing", "Log",
            "Orders",
            "Outbound", "Outbox", "Postgres", "Settings", "Templates",
        ], testing: ["Audit", "Fulfilment", "Support"]),
    shop(
        "Fulfilment",
        uses: [
            "Audit", "Catalog", "Crypto", "DomainNames", "Downloads", "EventLoop", "JSON", "Kernel", "Licensing", "Log",
            "OrderMails", "Orders", "Outbox", "Postgres", "Stripe", "StripeClient",
        ], testing: ["HTTP", "Outbound", "RateLimiting", "Reconciliation", "Settings", "Support"]),
    shop(
        "Refunds",
        uses: ["Audit", "EventLoop", "Fulfilment", "Kernel", "Log", "Orders", "Postgres", "Stripe", "StripeClient"],
        testing: ["Settings", "Support"]),
    shop(
        "Reconciliation",
        uses: [
            "Catalog", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Licensing", "Log", "OrderMails", "Orders",
            "Postgres", "Settings", "Stripe", "StripeClient",
        ], testing: ["Support"]),
    shop(
        "CatalogPlans",
        uses: ["Catalog", "EmailMessage", "EventLoop", "JSON", "Kernel", "Licensing", "Postgres", "Storage", "Stripe"],
        testing: ["Support"]),
    shop(
        "Publishing",
        uses: ["Catalog", "Crypto", "EventLoop", "Files", "JSON", "Kernel", "Postgres", "Storage", "StorageClient"],
        testing: ["HTTP", "Support"]),
    shop(
        "Export",
        uses: ["Audit", "Crypto", "EventLoop", "Files", "JSON", "Kernel", "Licensing", "Migrations", "Postgres"],
        testing: ["Settings", "Support"]),

    // What tests share.
    [
        .target(
            name: "Support",
            dependencies: [
                "Audit", "CatalogPlans", "Crypto", "Downloads", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel",
                "Licensing", "Log", "Orders", "Outbound", "Postgres", "RateLimiting", "Settings", "Stripe",
                "StripeClient",
            ],
            path: "Tests/Support", exclude: ["Servers"],
            swiftSettings: strict),
        .testTarget(
            name: "SupportTests", dependencies: ["EventLoop", "Postgres", "Support"], path: "Tests/SupportTests",
            swiftSettings: strict),
    ],
    sandbox,
    fuzzing,
]

/// The functions: one executable each, and the seller's command line.
let functions: [Function] = [
    Function(
        "Checkout", named: "checkout",
        uses: [
            "DomainNames", "EventLoop", "HTTP", "JSON", "Kernel", "Licensing", "Limits", "Log", "Orders", "Pages",
            "Postgres", "RateLimiting", "Server",
            "Settings", "Stripe", "StripeClient",
        ], testing: ["Outbound"]),
    Function(
        "Download", named: "download",
        uses: [
            "Catalog", "Crypto", "Downloads", "EventLoop", "Files", "HTTP", "JSON", "Kernel", "Licensing", "Limits",
            "Log",
            "Pages", "Postgres", "RateLimiting", "Server", "Settings", "Storage", "StorageClient",
        ], testing: ["Fulfilment", "Outbound"]),
    Function(
        "EmailRetry", named: "email-retry",
        uses: [
            "Catalog", "EventLoop", "HTTP", "JSON", "Kernel", "Licensing", "Log", "OIDC", "OrderMails", "Orders",
            "Outbox", "Postgres", "RateLimiting", "Server", "Settings", "Stripe",
        ]),
    Function(
        "Orders", named: "orders",
        uses: [
            "Audit", "Catalog", "DomainNames", "Downloads", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel",
            "Limits", "Licensing", "Log", "OrderMails", "Orders", "Outbox", "Pages", "Postgres", "RateLimiting",
            "Server", "Settings", "Stripe",
            "StripeClient",
        ]),
    Function(
        "Reconcile", named: "reconcile",
        uses: [
            "Audit", "EventLoop", "HTTP", "JSON", "Kernel", "Licensing", "Log", "OIDC", "Postgres", "Reconciliation",
            "Server", "Settings",
        ], testing: ["Orders", "Outbound", "StripeClient"]),
    Function(
        "Webhook", named: "webhook",
        uses: [
            "Catalog", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Limits", "Licensing", "Log", "OrderMails",
            "Outbox",
            "Postgres", "RateLimiting", "Server", "Settings", "Stripe", "StripeClient",
        ], testing: ["Orders", "Outbound"]),
    Function(
        "Operator", named: "latchkey",
        uses: [
            "Audit", "Catalog", "CatalogPlans", "Crypto", "DomainNames", "Downloads", "EmailMessage", "EventLoop",
            "Export", "Files",
            "Fulfilment", "HTTP", "JSON", "Kernel", "Limits", "Licensing", "Log", "Migrations", "OIDC", "OrderMails",
            "Orders",
            "Outbound", "Outbox", "Postgres", "Publishing", "RateLimiting", "Reconciliation", "Refunds", "Server",
            "Settings", "Storage", "StorageClient", "Stripe", "StripeClient",
        ]),
]

let package = Package(
    name: "latchkey",
    products: functions.map(\.product) + [.executable(name: "sandbox", targets: ["Sandbox"])],
    targets: targets.flatMap { $0 } + functions.flatMap(\.targets),
    swiftLanguageModes: [.v6]
)

// The fuzzer itself, which no ordinary build could link. `Tests/Fuzz/run` sets the variable, for a build of its own in
// which libFuzzer sees every branch and AddressSanitizer every access.
if Context.environment["LATCHKEY_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Driver", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]),
    ]
    for target in package.targets where target.type != .system {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer,address"]))
    }
}
