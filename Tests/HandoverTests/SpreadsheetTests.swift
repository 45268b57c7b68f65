import Foundation
import Testing

@Suite
struct `A spreadsheet` {
  @Test
  func `is told by the first bytes that a CSV is UTF-8, unless that is not wanted`() throws {
    let ledger = try LedgerFolder()
    let sample = Clone.samples.appending(path: "faults/12-csv-bom/c.jsonl").path
    try ledger.run("import", "--from", "jsonl", sample)
    let marked = try ledger.run("export", "--to", "csv").standardOutput
    let bare = try ledger.run("export", "--to", "csv", "--no-bom").standardOutput
    #expect(marked.starts(with: [0xEF, 0xBB, 0xBF]))
    #expect(Data(marked.dropFirst(3)) == bare)
    #expect(String(decoding: bare, as: UTF8.self).contains("Müller 東京"))
    for format in ["jsonl", "text", "cloudevents"] {
      let bytes = try ledger.run("export", "--to", format).standardOutput
      #expect(!bytes.starts(with: [0xEF, 0xBB, 0xBF]), "\(format)")
      try ledger.run("export", "--to", format, "--no-bom", exits: 64)
    }
    try ledger.run("export", "--to", "tiles", "--out", "tiles", "--no-bom", exits: 64)
  }

  @Test
  func `gets no formula, whatever stands before it`() throws {
    let formulas = [
      "=1+1", "+1", "-1", "@x", "\t1", "\r1", "\n1", "\n=1", "\u{A0}=1", " =1", "\u{200B}-1",
      "\u{FEFF}@x", "\u{2060}\u{3000}+1", "＝1", "＋1", "－1", "＠x", "﹦1", "\u{A0}＝1", "\u{1}=1",
      "\u{2028}=1",
    ]
    let plain = ["a=1", "1-1", "Anna", "…=1", "\u{A0}a", "'=1", "²=1"]
    let ledger = try LedgerFolder()
    let lines = (formulas + plain).enumerated().map { index, name in
      Line.started("\(index)", with: "Flights", visitor: name)
    }
    try ledger.importLines(try ledger.file("names.jsonl", lines: lines))
    let text = try ledger.run("export", "--to", "csv", "--no-bom").text
    for formula in formulas {
      #expect(
        text.contains(",'\(formula),") || text.contains(",\"'\(formula)\","),
        "\(formula.debugDescription)",
      )
    }
    for name in plain { #expect(text.contains(",\(name),"), "\(name.debugDescription)") }
  }
}
