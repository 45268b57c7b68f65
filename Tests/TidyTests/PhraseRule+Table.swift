extension PhraseRule {
  /// Every rule about phrases.
  static let all = [unsafeCode, systemLibrary, clocks, output, traps, unfinishedWork]

  /// Unsafe code is a border post: it stands where memory is lent, and nowhere else.
  static let unsafeCode = PhraseRule(
    subject: "unsafe code",
    phrases: [Phrase("unsafe")],
    reading: .code,
    folders: ["Sources/"],
    exceptions: [
      "Sources/LMDB/": "the border to the C library",
      "Sources/EventStore/": "reads records in place out of the memory map, on the hot path",
      "Sources/Sealing/": "the border to libcrypto",
      "Sources/Projections/Views+Rebuild.swift": "hashes rows in place out of the memory map",
      "Sources/handover/Terminal/": "asks the terminal for its width",
      "Sources/LedgerHTTP/Server/LoopChannel.swift": "runs tasks on an event loop",
      "Sources/handover-benchmark/": "measures the bare system calls",
      "Sources/TransparencyLog/": "hands leaves and digests to the hash function without a copy",
    ],
    instead: "use Span or a copy, or add the path with its reason to PhraseRule.unsafeCode",
  )

  static let systemLibrary = PhraseRule(
    subject: "the C library",
    phrases: [Phrase("CLMDB")],
    reading: .code,
    folders: ["Sources/"],
    exceptions: ["Sources/LMDB/": "wraps it", "Sources/CLMDB/": "is it"],
    instead: "use the safe names of the module LMDB",
  )

  /// A result depends on the log and on the command; the time comes in as a value.
  static let clocks = PhraseRule(
    subject: "a clock",
    phrases: [
      "Date(", "Date.now", "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday",
    ].map { Phrase($0) },
    reading: .code,
    folders: ["Sources/"],
    exceptions: [
      "Sources/ConversationLedger/": "reads the clock once for each command, before it is ordered",
      "Sources/handover/": "an edge: the terminal and the server live in real time",
      "Sources/LedgerHTTP/": "an edge: tokens, timeouts and log lines live in real time",
      "Sources/handover-benchmark/": "measures",
    ],
    instead: "take the time as an argument",
  )

  static let output = PhraseRule(
    subject: "printing",
    phrases: ["print(", "debugPrint(", "dump("].map { Phrase($0) },
    reading: .code,
    folders: ["Sources/"],
    exceptions: [
      "Sources/handover/": "standard output is its answer",
      "Sources/handover-benchmark/": "standard output is its answer",
    ],
    instead: "return a value, throw an error, or use the logger",
  )

  static let traps = PhraseRule(
    subject: "a trap",
    phrases: ["try!", "fatalError(", "as!"].map { Phrase($0) },
    reading: .code,
    folders: ["Sources/"],
    exceptions: [:],
    instead: "throw an error, or state the invariant by a precondition with a sentence",
  )

  /// The words are written in halves, so that this file does not find itself.
  static let unfinishedWork = PhraseRule(
    subject: "unfinished work",
    phrases: [
      "fix" + "me", "to" + "do", "xx" + "x", "ha" + "ck", "for" + " now", "place" + "holder",
      "not imple" + "mented", "unimple" + "mented",
    ].map { Phrase($0) },
    reading: .prose,
    folders: ["Sources/", "Tests/", "tools/"],
    exceptions: [:],
    instead: "finish it, or leave it out and open an issue",
  )
}
