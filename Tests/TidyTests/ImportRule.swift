/// Which module may import which.
///
/// A module exists to forbid an import. The manifest holds our own modules apart; this table also
/// holds the system's and other people's, and is the one place to look it up.
enum ImportRule {
  /// What the Swift files of a module may import.
  enum Permission {
    case only(Set<String>)
    case anything(except: Set<String>)
  }

  private static let foundation: Set = ["Foundation", "FoundationEssentials"]

  private static let collections: Set = [
    "BasicContainers", "BitCollections", "Collections", "DequeModule", "HashTreeCollections",
    "HeapModule", "OrderedCollections",
  ]

  /// What the server may take from others: HTTP, tokens, logs, pages, and the ledger as a library.
  private static let serving: Set = [
    "AsyncHTTPClient", "ConversationLedger", "Conversations", "Crypto", "HTTPTypes", "Hummingbird",
    "HummingbirdCore", "HummingbirdTLS", "JWTKit", "Logging", "Metrics", "Mustache", "NIOCore",
    "NIOHTTP1",
    "NIOHTTPTypes", "NIOPosix", "NIOSSL", "ServiceLifecycle", "Synchronization", "UnixSignals",
    "Yams",
  ]

  private static let eventStore: Set = foundation.union(collections).union([
    "Crypto", "Glibc", "LMDB", "Sealing", "Synchronization", "TransparencyLog",
  ])

  private static let projections: Set = foundation.union(collections).union([
    "ConversationCoding", "Conversations", "Crypto", "Dispatch", "EventStore", "LMDB",
    "Synchronization", "TransparencyLog",
  ])

  static let table: [String: Permission] = [
    "CLMDB": .only([]),
    "CLibcrypto": .only([]),
    "Sealing": .only(["CLibcrypto", "Synchronization"]),
    "LMDB": .only(["CLMDB", "Glibc", "Synchronization"]),
    "TransparencyLog": .only(["Crypto"]),
    "Conversations": .only([]),
    "ConversationCoding": .only(["Conversations"]),
    "EventStore": .only(eventStore),
    "Projections": .only(projections),
    "ConversationLedger": .only(
      eventStore.union(projections).union(["Dispatch", "Logging", "Projections"])
    ),
    "LedgerExchange": .only(foundation.union(["ConversationLedger", "Conversations", "Crypto"])),
    "LedgerHTTP": .only(foundation.union(serving)),
    "handover": .only(
      foundation.union([
        "ArgumentParser", "ConversationLedger", "Conversations", "Glibc", "LedgerExchange",
        "LedgerHTTP", "Synchronization",
      ])
    ),
    "handover-benchmark": .anything(except: ["CLMDB"]),
  ]

  static func findings(in file: TextFile) -> [Finding] {
    guard file.isSource, let module = file.module.map(String.init) else { return [] }
    guard let permission = table[module] else {
      return [
        file.finding(at: 0, "the module \(module) is new; add its row to the table in ImportRule")
      ]
    }
    return file.codeLines.indices.compactMap { index in
      guard let imported = importedModule(file.codeLines[index]),
        !permission.allows(imported)
      else { return nil }
      return file.finding(
        at: index,
        "\(module) may not import \(imported); it may import \(permission). "
          + "Move the code to a module that may",
      )
    }
  }

  /// The module a line imports: `Glibc` for `internal import func Glibc.open`.
  private static func importedModule(_ line: Substring) -> String? {
    let words = line.split(separator: " ")
    guard let keyword = words.firstIndex(of: "import"),
      words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) })
    else { return nil }
    let path = words[(keyword + 1)...].first { !importKinds.contains($0) }
    return path?.split { !($0.isLetter || $0.isNumber || $0 == "_") }.first.map(String.init)
  }

  private static let accessLevels: Set<Substring> = [
    "fileprivate", "internal", "package", "private", "public",
  ]

  private static let importKinds: Set<Substring> = [
    "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]
}

extension ImportRule.Permission: CustomStringConvertible {
  func allows(_ module: String) -> Bool {
    switch self {
    case .only(let modules): modules.contains(module)
    case .anything(let exceptions): !exceptions.contains(module)
    }
  }

  var description: String {
    switch self {
    case .only(let modules):
      modules.isEmpty ? "nothing" : modules.sorted().joined(separator: ", ")
    case .anything(let exceptions):
      "anything but \(exceptions.sorted().joined(separator: ", "))"
    }
  }
}
