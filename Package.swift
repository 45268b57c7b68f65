// swift-tools-version: 6.3
import PackageDescription

/// The settings of every target: the language of tomorrow, warnings that stop the build, and the
/// word `unsafe` wherever memory safety rests on us (docs/style.md).
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Lending spans from the memory map needs the experimental lifetimes; clients of LMDB do not.
let lending: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser",
)

/// The server's side: HTTP, tokens, and what carries them.
let serving: [Target.Dependency] = [
  .product(name: "AsyncHTTPClient", package: "async-http-client"),
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdCore", package: "hummingbird"),
  .product(name: "HummingbirdTLS", package: "hummingbird"),
  .product(name: "JWTKit", package: "jwt-kit"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "Metrics", package: "swift-metrics"),
  .product(name: "Mustache", package: "swift-mustache"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
  .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
  .product(name: "Yams", package: "Yams"),
]

let package = Package(
  name: "conversation-ledger",
  products: [
    .library(name: "ConversationLedger", targets: ["ConversationLedger"]),
    .executable(name: "handover", targets: ["handover"]),
  ],
  dependencies: [
    // The command line: parsing, help texts, shell completion.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // SHA-256 for the tree, AES-GCM for the sealed bodies.
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    // The server, on the event loops of SwiftNIO, with TLS (docs/decisions/0010-server.md).
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    // Signals and the order in which the parts of the server start and stop.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // Tokens: signatures and claims.
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    // Logs and metrics of the server.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    // The pages of the inbox.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    // Calls to agent desks, and the tests' own calls.
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    // The configuration file and the description of the interface.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .target(name: "LMDB", dependencies: ["CLMDB"], swiftSettings: lending),
    .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "Sealing", dependencies: ["CLibcrypto"], swiftSettings: strict),
    .target(name: "TransparencyLog", dependencies: [crypto], swiftSettings: strict),
    .target(
      name: "EventStore",
      dependencies: ["LMDB", "Sealing", "TransparencyLog", crypto],
      swiftSettings: strict,
    ),
    .target(name: "Conversations", swiftSettings: strict),
    .target(
      name: "ConversationCoding",
      dependencies: ["Conversations"],
      swiftSettings: strict,
    ),
    .target(
      name: "Projections",
      dependencies: ["LMDB", "EventStore", "Conversations", "ConversationCoding", crypto],
      swiftSettings: strict,
    ),
    .target(
      name: "ConversationLedger",
      dependencies: [
        "LMDB", "EventStore", "TransparencyLog", "Conversations", "ConversationCoding",
        "Projections",
        crypto,
      ],
      swiftSettings: strict,
    ),
    .target(
      name: "LedgerExchange",
      dependencies: ["Conversations", "ConversationLedger", crypto],
      swiftSettings: strict,
    ),
    .target(
      name: "LedgerHTTP",
      dependencies: ["ConversationLedger", "Conversations", crypto] + serving,
      resources: [
        // In the program itself, so that one file is all there is to install.
        .embedInCode("OpenAPI/openapi.yaml"),
        .embedInCode("Tokens/known-secrets.txt"),
        .embedInCode("InboxPage/Assets"),
      ],
      swiftSettings: strict,
    ),
    .executableTarget(
      name: "handover",
      dependencies: [
        "ConversationLedger", "Conversations", "LedgerExchange", "LedgerHTTP", arguments,
      ],
      swiftSettings: strict,
    ),
    .executableTarget(
      name: "handover-benchmark",
      dependencies: [
        "LMDB", "TransparencyLog", "EventStore", "Conversations", "ConversationCoding",
        "Projections", "ConversationLedger", crypto, arguments,
      ],
      swiftSettings: strict,
    ),
    .testTarget(name: "TidyTests", swiftSettings: strict),
    .executableTarget(
      name: "acknowledging-writer",
      dependencies: ["ConversationLedger", "Conversations"],
      path: "Tests/AcknowledgingWriter",
      swiftSettings: strict,
    ),
    .testTarget(
      name: "HandoverTests",
      dependencies: [
        "acknowledging-writer", "handover", "ConversationLedger", "Conversations", "EventStore",
        "LedgerExchange", crypto,
      ],
      exclude: [
        "Backup/read_backup.py", "Proofs/check_proof.py", "Proofs/check_tiles.py",
        "Proofs/witness.py", "Transcripts",
      ],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "LedgerHTTPTests",
      dependencies: ["LedgerHTTP", "handover", "ConversationLedger", "Conversations", crypto]
        + serving,
      exclude: ["Vectors"],
      swiftSettings: strict,
    ),
    .testTarget(name: "LMDBTests", dependencies: ["LMDB"], swiftSettings: strict),
    .testTarget(
      name: "EventStoreTests",
      dependencies: ["EventStore", "LMDB", "Sealing", "TransparencyLog", crypto],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "TransparencyLogTests",
      dependencies: ["TransparencyLog", crypto],
      exclude: ["Vectors"],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "ConversationsTests",
      dependencies: ["Conversations"],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "ConversationCodingTests",
      dependencies: ["ConversationCoding", "Conversations"],
      exclude: ["Records"],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "ConversationLedgerTests",
      dependencies: [
        "ConversationLedger", "Conversations", "EventStore", "LMDB", "Projections",
        "TransparencyLog", crypto,
      ],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "LedgerExchangeTests",
      dependencies: ["LedgerExchange", "ConversationLedger", "Conversations"],
      swiftSettings: strict,
    ),
    .testTarget(
      name: "ProjectionsTests",
      dependencies: [
        "Projections", "ConversationCoding", "Conversations", "EventStore", "LMDB",
      ],
      swiftSettings: strict,
    ),
  ],
  swiftLanguageModes: [.v6],
)
