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

    init(
        _ name: String, named executable: String, uses modules: [Target.Dependency],
        testing extra: [Target.Dependency] = []
    ) {
        product = .executable(name: executable, targets: [name])
        targets = [
            .executableTarget(name: name, dependencies: modules, path: "Functions/\(name)", swiftSettings: strict),
            .testTarget(
                name: "\(name)Tests", dependencies: [.target(name: name), "Support"] + modules + extra,
                path: "Tests/Functions/\(name)Tests", swiftSettings: strict),
        ]
    }
}

/// A C module has one importer, so no test may link it.
func isSystem(_ dependency: Target.Dependency) -> Bool {
    guard case .byNameItem(let name, _) = dependency else { return false }
    return ["CUV", "CLLHTTP", "CYYJSON", "CPostgres", "CCurl", "CCrypto"].contains(name)
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
        name: "FuzzTargets", dependencies: ["Crypto", "EmailMessage", "HTTP", "JSON", "Kernel", "Stripe", "Tokens"],
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
    platform("Kernel"),
    platform("JSON", uses: ["CYYJSON", "Kernel"]),
    platform("Log", uses: ["JSON", "Kernel"]),
    platform("Settings", uses: ["Kernel"]),
    platform("HTTP", uses: ["JSON", "Kernel"]),
    platform("Crypto", uses: ["Kernel", "CCrypto"], testing: ["Support"]),
    platform("Identity", uses: ["Crypto", "JSON", "Kernel"], testing: ["Support"]),
    platform("Pages", uses: ["HTTP", "Kernel"], testing: ["JSON", "Support"]),
    platform("Files"),
    platform("Templates", uses: ["Kernel"], testing: ["Support"]),
    platform("EmailMessage", uses: ["Crypto", "Kernel"], testing: ["Support"]),
    platform("EventLoop", uses: ["CUV"], testing: ["Support"]),
    platform("Postgres", uses: ["CPostgres", "EventLoop", "JSON", "Kernel", "Log", "Settings"], testing: ["Support"]),
    platform(
        "Server", uses: ["CLLHTTP", "EventLoop", "Files", "HTTP", "JSON", "Kernel", "Log", "Settings"],
        testing: ["Support"]),
    platform("Outbound", uses: ["CCurl", "EventLoop", "HTTP", "Kernel"], testing: ["JSON", "Support"]),
    platform("RateLimits", uses: ["Crypto", "HTTP", "Kernel", "Settings"]),
    platform(
        "Tasks", uses: ["Crypto", "EventLoop", "HTTP", "Identity", "JSON", "Kernel", "Log", "Outbound", "Settings"],
        testing: ["Server", "Support"]),

    // Providers: what is outside.
    provider("Stripe", uses: ["Crypto", "HTTP", "JSON", "Kernel"], testing: ["Support"]),
    provider(
        "Payments", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Stripe"],
        testing: ["Log", "Server", "Support"]),
    provider("Storage", uses: ["Crypto", "HTTP", "JSON", "Kernel", "Settings"], testing: ["Support"]),
    provider(
        "Cloud", uses: ["EventLoop", "HTTP", "Kernel", "Outbound", "Settings", "Storage"],
        testing: ["Crypto", "Log", "Server", "Support"]),

    // The shop, slice by slice.
    shop("Commerce", uses: ["Kernel"]),
    shop("Tokens", uses: ["Crypto", "Kernel", "Settings"], testing: ["Support"]),
    shop("Mail", uses: ["EmailMessage", "Kernel", "Templates"], testing: ["Support"]),
    shop(
        "Records", uses: ["Commerce", "EventLoop", "JSON", "Kernel", "Log", "Postgres", "RateLimits"],
        testing: ["Support"]),
    shop("Audit", uses: ["Crypto", "EventLoop", "JSON", "Kernel", "Log", "Postgres", "Records"], testing: ["Support"]),
    shop(
        "Outbox",
        uses: [
            "Commerce", "EmailMessage", "EventLoop", "Files", "JSON", "Kernel", "Log", "Mail", "Outbound", "Postgres",
            "Records", "Settings", "Templates", "Tokens",
        ], testing: ["Support"]),
    shop(
        "Fulfilment",
        uses: [
            "Commerce", "Crypto", "EventLoop", "JSON", "Kernel", "Log", "Outbox", "Payments", "Postgres", "Records",
            "Stripe", "Tokens",
        ], testing: ["Outbound", "Support"]),
    shop(
        "Reconciliation",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "JSON", "Kernel", "Log", "Payments", "Postgres", "Records", "Stripe",
        ], testing: ["Support"]),

    // What tests share.
    [
        .target(
            name: "Support",
            dependencies: ["Commerce", "EventLoop", "JSON", "Kernel", "Log", "Postgres", "RateLimits", "Records"],
            path: "Tests/Support", exclude: ["Servers"],
            swiftSettings: strict)
    ],
    sandbox,
    fuzzing,
]

/// The functions: one executable each, and the seller's command line.
let functions: [Function] = [
    Function(
        "Checkout", named: "checkout",
        uses: [
            "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Pages", "Payments", "Postgres", "RateLimits", "Records",
            "Server", "Settings", "Stripe",
        ], testing: ["Outbound"]),
    Function(
        "Download", named: "download",
        uses: [
            "Cloud", "Commerce", "Crypto", "EventLoop", "Files", "HTTP", "JSON", "Kernel", "Log", "Pages", "Postgres",
            "RateLimits", "Records", "Server", "Settings", "Storage", "Tokens",
        ], testing: ["Outbound"]),
    Function(
        "EmailRetry", named: "email-retry",
        uses: [
            "EventLoop", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Postgres", "Records", "Server", "Settings",
            "Stripe",
            "Tasks",
            "Tokens",
        ]),
    Function(
        "Orders", named: "orders",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Pages", "Payments",
            "Postgres", "RateLimits", "Records", "Server", "Settings", "Stripe", "Tokens",
        ]),
    Function(
        "Reconcile", named: "reconcile",
        uses: [
            "Audit", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Payments", "Postgres",
            "Reconciliation", "Records", "Server", "Settings", "Stripe", "Tasks", "Tokens",
        ], testing: ["Commerce", "Outbound"]),
    Function(
        "Webhook", named: "webhook",
        uses: [
            "Commerce", "EventLoop", "Fulfilment", "HTTP", "JSON", "Kernel", "Log", "Outbox", "Payments", "Postgres",
            "RateLimits", "Records", "Server", "Settings", "Stripe", "Tokens",
        ], testing: ["Outbound"]),
    Function(
        "Operator", named: "latchkey",
        uses: [
            "Audit", "Cloud", "Commerce", "Crypto", "EmailMessage", "EventLoop", "Files", "Fulfilment", "HTTP", "JSON",
            "Kernel", "Log", "Outbound", "Outbox", "Payments", "Postgres", "RateLimits", "Reconciliation", "Records",
            "Server", "Settings", "Storage", "Stripe", "Tasks", "Tokens",
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
