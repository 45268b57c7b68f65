import Conversations
import Testing

@Suite
struct `An identifier` {
  static let texts = [
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0001-0000-000000000000",
    "c232ab00-9414-11ec-b3c8-9f6bdeced846",
    "919108f7-52d1-4320-9bac-f847db4148a8",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    "0fffffff-ffff-ffff-0fff-ffffffffffff",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ]

  @Test(arguments: texts)
  func `reads and prints the form of RFC 9562`(text: String) {
    #expect(BotID(text)?.description == text)
  }

  @Test
  func `takes the first eight bytes for the high half`() {
    let identifier = BotID("00112233-4455-6677-8899-AABBCCDDEEFF")
    #expect(identifier?.high == 0x0011_2233_4455_6677)
    #expect(identifier?.low == 0x8899_AABB_CCDD_EEFF)
    #expect(identifier?.value == 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF)
  }

  @Test(arguments: texts)
  func `is read in either case`(text: String) {
    #expect(BotID(text.uppercased()) == BotID(text))
    #expect(BotID(text.uppercased())?.description == text)
  }

  @Test(arguments: [
    "", "-", "919108f7", "919108f752d143209bacf847db4148a8",
    "919108f7-52d1-4320-9bac-f847db4148a", "919108f7-52d1-4320-9bac-f847db4148a81",
    "{919108f7-52d1-4320-9bac-f847db4148a8}", "urn:uuid:919108f7-52d1-4320-9bac-f847db4148a8",
    " 919108f7-52d1-4320-9bac-f847db4148a8", "919108f7-52d1-4320-9bac-f847db4148a8\n",
    "919108f7-52d1-4320-9bac-f847db4148ag", "919108f7-52d1-4320-9bac-f847db4148a ",
    "919108f7_52d1_4320_9bac_f847db4148a8", "919108f75-2d1-4320-9bac-f847db4148a8",
    "-19108f7-52d1-4320-9bac-f847db4148a8", "+19108f7-52d1-4320-9bac-f847db4148a8",
    "0x9108f7-52d1-4320-9bac-f847db4148a8", "919108f7-52d1-4320-9bac--847db4148a8",
    "919108f7-52d1-4320-9bac-f847db4148\u{e9}", "９19108f7-52d1-4320-9bac-f847db4148",
    "919108f7-52d1-4320-9bac-f847db41\u{0}8a8", "------------------------------------",
  ])
  func `is not read from anything else`(text: String) {
    #expect(BotID(text) == nil)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `survives printing and reading`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let identifier = VisitorID(high: generator.next(), low: generator.next())
      #expect(VisitorID(identifier.description) == identifier, "seed \(seed)")
      #expect(VisitorID(identifier.value) == identifier, "seed \(seed)")
      #expect(identifier.description.utf8.count == 36, "seed \(seed)")
    }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `is ordered as its text and its number are`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let identifiers = (0..<200).map { _ in
      AgentID(high: generator.pick([0, 1, 1 << 63, generator.next()]), low: generator.next())
    }
    let sorted = identifiers.sorted()
    #expect(sorted.map(\.description) == identifiers.map(\.description).sorted(), "seed \(seed)")
    #expect(sorted.map(\.value) == identifiers.map(\.value).sorted(), "seed \(seed)")
  }
}

@Suite
struct `A module's number` {
  @Test
  func `is positive`() {
    #expect(ModuleID(0) == nil)
    #expect(ModuleID(1)?.number == 1)
    #expect(ModuleID(.max)?.number == .max)
  }

  @Test
  func `is printed in decimal digits and ordered by size`() {
    #expect(module(4_294_967_295).description == "4294967295")
    #expect([module(10), module(9), module(100)].sorted() == [module(9), module(10), module(100)])
  }
}

@Suite
struct `A moment` {
  @Test
  func `is ordered by time, also before the epoch`() {
    let moments = [Int64.max, 0, -1, .min, 1].map(Timestamp.init(microseconds:))
    #expect(moments.sorted().map(\.microseconds) == [.min, -1, 0, 1, .max])
  }
}
