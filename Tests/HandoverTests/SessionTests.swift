import Foundation
import Testing

/// Sessions with the tool, as they look on the screen.
///
/// A file of `Transcripts` is a session in a fresh ledger, in the folder of the samples:
///
///     # A remark; it ends the output before it.
///     $ handover bots list
///     what standard output shows, line for line
///     2| what standard error shows
///     [64]
///
/// The last line stands only where the exit code is not zero. What differs from run to run is
/// masked: a fresh identifier is `<1>`, `<2>` … by first appearance, in commands too; a time is
/// `<time>`; a root, a digest or a fingerprint of 64 digits is `<digest>`; the `next` of a page is
/// `<cursor>`; the public key of a log
/// is `<key>`; the ledger's folder is `<ledger>`. Identifiers made from names stay as they are.
/// Words with blanks stand in quotes.
@Suite
struct `A session` {
  static let files = Clone.files(in: Clone.transcripts, ".txt")

  @Test(arguments: files)
  func `looks as its transcript says`(file: URL) throws {
    let ledger = try LedgerFolder()
    let session = try Session(String(contentsOf: file, encoding: .utf8))
    var mask = Mask(ledger: ledger.path)
    #expect(!session.steps.isEmpty)
    for step in session.steps {
      let arguments = try mask.reveal(step.arguments)
      let answer = try ledger.answer(to: arguments)
      let shown = mask.cover(answer)
      let place = "\(file.lastPathComponent):\(step.line): \(arguments)"
      #expect(shown == step.output, "\(place)\n\(shown.joined(separator: "\n"))")
    }
  }

  /// The tour is shortened: each of its lines stands in the answer, in the same order.
  @Test
  func `of the README is what the tool prints`() throws {
    let ledger = try LedgerFolder()
    let readme = try String(contentsOf: Clone.root.appending(path: "README.md"), encoding: .utf8)
    let blocks = readme.split(separator: "```").filter { $0.hasPrefix("console\n") }
    let session = try Session(blocks.map { $0.dropFirst("console\n".count) }.joined())
    #expect(session.steps.count == 3)
    var mask = Mask(ledger: ledger.path)
    for step in session.steps {
      var call = ledger.call(step.arguments)
      call.folder = Clone.root
      var shown = mask.cover(try Tool.run(call, in: ledger.folder))[...]
      for line in step.output where line != "…" {
        let place = shown.firstIndex(of: mask.coverTimes(line))
        #expect(place != nil, "README.md shows: \(line)")
        shown = shown[(place ?? shown.startIndex)...].dropFirst()
      }
    }
  }

  @Test
  func `is there for the first tour, handovers, agents, refusals and the loop`() {
    let names = Self.files.map { $0.deletingPathExtension().lastPathComponent }
    #expect(Set(["first-tour", "handovers", "agents", "refusals", "loop"]).isSubset(of: names))
  }
}
