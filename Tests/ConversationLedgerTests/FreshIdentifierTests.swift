import ConversationLedger
import Conversations
import Foundation
import Testing

@Suite
struct `A fresh identifier` {
  @Test
  func `is a UUID of version 7 of this moment`() throws {
    let before = milliseconds()
    let digits = ConversationID.fresh().description.replacing("-", with: "")
    let after = milliseconds()
    let time = try #require(UInt64(digits.prefix(12), radix: 16))
    #expect(before <= time && time <= after)
    #expect(digits.dropFirst(12).first == "7")
    #expect(digits.dropFirst(16).first.map { "89ab".contains($0) } == true)
  }

  @Test
  func `sorts behind those of earlier moments`() {
    let first = ConversationID.fresh()
    let time = milliseconds()
    while milliseconds() <= time {}
    #expect(first.description < ConversationID.fresh().description)
  }

  @Test
  func `is another one each time`() {
    let identifiers = (1...10_000).map { _ in ConversationID.fresh() }
    #expect(Set(identifiers).count == identifiers.count)
  }

  private func milliseconds() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1_000) }
}
