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
    .executableTarget(
      name: "handover",
      dependencies: ["ConversationLedger", "Conversations", "LedgerExchange", arguments],
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
      dependencies: ["acknowledging-writer", "handover"],
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
        "ConversationLedger", "Conversations", "EventStore", "Projections", crypto,
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
