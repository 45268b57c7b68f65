import Foundation
import Testing

@Suite
struct `A rule about size` {
  @Test
  func `finds a line of 101 columns, and lets one of 100 pass`() {
    let text = String(repeating: "é", count: 100) + "\n" + String(repeating: "x", count: 101)
    #expect(
      SizeRules.longLines(in: TextFile(path: "Tests/A.swift", text: text)).map(\.line) == [2]
    )
    #expect(SizeRules.longLines(in: TextFile(path: "docs/a.md", text: text)).isEmpty)
  }

  @Test
  func `finds a source file of 401 lines, and lets one of 400 pass`() {
    let text = String(repeating: "\n", count: 401)
    #expect(SizeRules.longFile(TextFile(path: "Sources/A/A.swift", text: text)).count == 1)
    #expect(
      SizeRules.longFile(TextFile(path: "Sources/A/A.swift", text: String(text.dropLast()))).isEmpty
    )
    #expect(SizeRules.longFile(TextFile(path: "Tests/ATests/A.swift", text: text)).isEmpty)
  }

  @Test(
    arguments: [
      "func f() {", "init?(a: Int = { 1 }()) throws {", "subscript<T>(i: T) -> Int {", "deinit {",
      "static func < (a: A, b: A) -> Bool {", "func f(\n  a: [Int] = [1]\n) {",
    ]
  )
  func `finds a function of 61 lines, and lets one of 60 pass`(head: String) {
    let headLineCount = head.split(separator: "\n").count
    func lines(ofFunctionWithLineCount count: Int) -> [Int] {
      let body = String(repeating: "\"{\" // {\n", count: count - headLineCount - 1)
      let text = "struct A {\n\(head)\n\(body)}\n}\n"
      return SizeRules.longFunctions(in: TextFile(path: "Sources/A/A.swift", text: text))
        .map(\.line)
    }
    #expect(lines(ofFunctionWithLineCount: 61) == [2])
    #expect(lines(ofFunctionWithLineCount: 60).isEmpty)
  }

  @Test
  func `does not give a requirement the body of what follows it`() {
    let body = String(repeating: "x()\n", count: 80)
    let text = """
      protocol A {
        func f() throws
        init(a: Int)
      }
      let a = { self.init(1); x.func }
      var b: Int {
      \(body)
      }
      """
    #expect(SizeRules.longFunctions(in: TextFile(path: "Sources/A/A.swift", text: text)).isEmpty)
  }
}

@Suite
struct `The table of imports` {
  @Test(arguments: [
    Sample("Sources/Conversations/A.swift", "import Foundation", finds: [1]),
    Sample("Sources/LMDB/A.swift", "import Glibc\ninternal import CLMDB", finds: []),
    Sample("Sources/EventStore/A.swift", "\n@preconcurrency internal import CLMDB", finds: [2]),
    Sample("Sources/TransparencyLog/A.swift", "import struct Foundation.Data", finds: [1]),
    Sample("Sources/TransparencyLog/A.swift", "// import Foundation\nimport Crypto", finds: []),
    Sample("Sources/EventStore/A.swift", "package import DequeModule", finds: []),
    Sample("Sources/ConversationLedger/A.swift", "import CLMDB\nimport Logging", finds: [1]),
    Sample("Sources/handover/A.swift", "import EventStore\nimport ArgumentParser", finds: [1]),
    Sample("Sources/handover-benchmark/A.swift", "import LMDB\nimport CLMDB", finds: [2]),
    Sample("Sources/Unheard/A.swift", "let a = 1", finds: [1]),
    Sample("Tests/ATests/A.swift", "import CLMDB", finds: []),
  ])
  func `finds what it does not allow`(sample: Sample) {
    #expect(ImportRule.findings(in: sample.file).map(\.line) == sample.lines)
  }
}

@Suite
struct `A rule about phrases` {
  @Test(arguments: [
    Sample("Sources/handover/A.swift", "let a = unsafe f()\nlet withUnsafe = 1", finds: [1]),
    Sample("Sources/EventStore/A.swift", "nonisolated(unsafe) let a = 1", finds: []),
    Sample("Tests/ATests/A.swift", "let a = unsafe f()", finds: []),
  ])
  func `finds unsafe code outside its modules`(sample: Sample) {
    expect(PhraseRule.unsafeCode, finds: sample)
  }

  @Test(arguments: [
    Sample("Sources/EventStore/A.swift", "CLMDB::mdb_put()\nLMDB::put()", finds: [1]),
    Sample("Sources/LMDB/A.swift", "CLMDB::mdb_put()", finds: []),
  ])
  func `finds the C library outside its module`(sample: Sample) {
    expect(PhraseRule.systemLibrary, finds: sample)
  }

  @Test(arguments: [
    Sample("Sources/Projections/A.swift", "let a = Date()\nlet b = UpDate()", finds: [1]),
    Sample(
      "Sources/EventStore/A.swift",
      "ContinuousClock().now\nclock_gettime(0, &a)",
      finds: [1, 2],
    ),
    Sample("Sources/ConversationLedger/A.swift", "let a = Date()", finds: []),
  ])
  func `finds a clock where time must be a value`(sample: Sample) {
    expect(PhraseRule.clocks, finds: sample)
  }

  @Test(arguments: [
    Sample("Sources/Projections/A.swift", "print(1)\nblueprint(1)\n// print(1)", finds: [1]),
    Sample("Sources/Projections/A.swift", "f(\"print(1) \\(print(2))\")", finds: [1]),
    Sample("Sources/handover/A.swift", "print(1)", finds: []),
    Sample("Sources/handover-benchmark/A.swift", "print(1)", finds: []),
  ])
  func `finds printing in a library`(sample: Sample) {
    expect(PhraseRule.output, finds: sample)
  }

  @Test(arguments: [
    Sample("Sources/LMDB/A.swift", "try! f()\ntry f()\nretry !f()", finds: [1]),
    Sample("Sources/LMDB/A.swift", "fatalError(\"a\")\nprecondition(b)", finds: [1]),
    Sample("Sources/LMDB/A.swift", "a as! B\na as? B\na has! B", finds: [1]),
    Sample("Sources/LMDB/A.swift", "/// Never `try!`.\nlet a = \"as! B\"", finds: []),
  ])
  func `finds a trap`(sample: Sample) {
    expect(PhraseRule.traps, finds: sample)
  }

  @Test(arguments: PhraseRule.unfinishedWork.phrases)
  func `finds a word of unfinished work in code, comments, and scripts`(phrase: Phrase) {
    let text = "// \(phrase.text.uppercased()): a\n# \(phrase.text)\nmast\(phrase.text)n"
    for path in ["Sources/A/A.swift", "Tests/A/A.swift", "tools/a"] {
      expect(PhraseRule.unfinishedWork, finds: Sample(path, text, finds: [1, 2]))
    }
    for path in ["docs/a.md", "Tests/A/sample.json"] {
      expect(PhraseRule.unfinishedWork, finds: Sample(path, text, finds: []))
    }
  }

  private func expect(
    _ rule: PhraseRule,
    finds sample: Sample,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) {
    #expect(
      rule.findings(in: sample.file).map(\.line) == sample.lines,
      sourceLocation: sourceLocation,
    )
  }
}

@Suite
struct `The glossary` {
  @Test(arguments: [
    Sample("Sources/A/A.swift", "struct EventDB {}\nstruct EventLog {}", finds: [1]),
    Sample("Sources/A/A.swift", "let a = InboxRepository()\nlet repository = 1", finds: [1]),
    Sample("Sources/A/A.swift", "FileManager.default\nLogManager.default", finds: [2]),
    Sample("Sources/A/A.swift", "// botA\n\"botA\"\n`says botA`\nbotA.name", finds: [4]),
    Sample("Sources/A/LedgerUtils.swift", "\n", finds: [1]),
    Sample("Sources/LedgerExchange/Rasa/A.swift", "let from_bot = 1", finds: []),
  ])
  func `finds what is not a word of ours`(sample: Sample) {
    #expect(GlossaryRule.findings(in: sample.file).map(\.line) == sample.lines)
  }
}

@Suite
struct `A rule about pages` {
  @Test(arguments: [
    Sample("docs/a.md", "# A\n\n```\n# not a title\n```\n## B", finds: []),
    Sample("docs/a.md", "# A\n# B", finds: [2]),
    Sample("docs/a.md", "A", finds: [1]),
    Sample("docs/a.md", "# A\n````\n```\n# not a title\n````\n~~~\n# nor this\n~~~", finds: []),
    Sample("Sources/A/A.swift", "A", finds: []),
  ])
  func `finds a page without a title, or with two`(sample: Sample) {
    #expect(MarkdownRules.titles(in: sample.file).map(\.line) == sample.lines)
  }

  @Test(arguments: [
    Sample("docs/a.md", "[b](b.md) [c](b.md#c) [d](../README.md) [e](#e)", finds: []),
    Sample("docs/a.md", "[b](b.md)\n[c](c.md) and [d](../docs/d.md)", finds: [2, 2]),
    Sample(
      "docs/a.md",
      "[a](https://example.com/a) [b](mailto:a@example.com) [c](doc:C)",
      finds: [],
    ),
    Sample("docs/a.md", "`[c](c.md)`\n```\n[c](c.md)\n```\n![c](c.png \"C\")", finds: [5]),
    Sample("docs/a.md", "[b]: b.md\n[c]: c.md\n[d](<b.md>)", finds: [2]),
    Sample("docs/a.md", "[docs](.) [root](..) [out](../..) [abs](/docs/b.md)", finds: [1, 1]),
    Sample("README.md", "[docs](docs) [docs](docs/) [b](./docs/b.md) [do](do)", finds: [1]),
    Sample("README.md", "[space](docs/a%20page.md)", finds: []),
  ])
  func `finds a relative link that leads nowhere`(sample: Sample) {
    let paths: Set = ["README.md", "docs/a.md", "docs/b.md", "docs/a page.md"]
    #expect(MarkdownRules.links(in: sample.file, among: paths).map(\.line) == sample.lines)
  }
}

@Suite
struct `The rule about machines` {
  @Test
  func `finds a path or a package host of the machine, and no relative path`() {
    let rule = MachineRule(folders: ["/builds/"], hosts: ["packages.example"])
    let text = """
      see /builds/a and file:///builds/a
      see ../builds/a, a/builds/a, ~/builds/a, \\(root)/builds/a
      from https://packages.example/simple
      from https://mypackages.example/simple
      """
    let file = TextFile(path: "docs/a.md", text: text)
    #expect(rule.findings(in: file).map(\.line) == [1, 3])
  }

  @Test
  func `finds a path below somebody's home, but not in a sample of data`() {
    let rule = MachineRule(folders: [], hosts: [])
    let text = ["home", "root", "Users"].map { "/\($0)/a" }.joined(separator: "\n")
    #expect(rule.findings(in: TextFile(path: "tools/a", text: text)).map(\.line) == [1, 2, 3])
    #expect(rule.findings(in: TextFile(path: "Tests/A/a.json", text: text)).isEmpty)
  }

  @Test
  func `knows the folder the repository lies in`() {
    let root = Checkout.here.root
    let file = TextFile(path: "docs/a.md", text: "see \(root.path)/README.md")
    #expect(!MachineRule.here(root: root).findings(in: file).isEmpty)
  }

  @Test
  func `reads hosts without credentials and ports`() {
    let text = "deb http://a.example:80/debian x\nindex-url = \"https://b:c@d.example/simple\""
    #expect(MachineRule.hostsNamed(in: text) == ["a.example", "d.example"])
  }
}

@Suite
struct `The rule about the top level` {
  @Test
  func `finds what is neither listed nor hidden`() {
    let paths: Set = ["Package.swift", ".ci/run", "docs/a.md", "notes.txt", "scripts/a"]
    #expect(TopLevelRule.findings(among: paths).map(\.path) == ["notes.txt", "scripts"])
  }
}
