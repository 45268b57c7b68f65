import Conversations
import Foundation
import Testing

@testable import LedgerHTTP

@Suite
struct `Strict JSON` {
  @Test
  func `keeps whole numbers apart from others`() throws {
    let text = #"{"a":[1,-0,2.5,1.0,1e2,9223372036854775807,9223372036854775808,"x",true,null]}"#
    let values: [JSONValue] = [
      .integer(1), .integer(0), .number(2.5), .number(1), .number(100),
      .integer(.max), JSONValue(wholeNumber: "9223372036854775808") ?? .null, .string("x"),
      .bool(true), .null,
    ]
    #expect(try StrictJSON.parse(Array(text.utf8)) == .object(["a": .array(values)]))
  }

  @Test
  func `reads escapes, and refuses lone surrogates`() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#
    let expected = JSONValue.string("\"\\/\u{8}\u{C}\n\r\té😀")
    #expect(try StrictJSON.parse(Array(text.utf8)) == expected)
    for text in [#""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\u12g4""#, #""\x""#]
    {
      #expect(throws: StrictJSON.Malformed.self) { try StrictJSON.parse(Array(text.utf8)) }
    }
  }

  @Test
  func `stops at a depth instead of falling`() {
    let deep = Array(repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(throws: StrictJSON.Malformed.self) { try StrictJSON.parse(deep) }
  }

  /// The samples of the JSON test suite: `y` must be taken, `n` refused, `i` may be either.
  @Test
  func `agrees with the samples of the test suite`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Samples/json")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder,
      includingPropertiesForKeys: nil,
    )
    let samples = files.filter { $0.pathExtension == "json" }
    #expect(samples.count > 10)
    for file in samples {
      let bytes = Array(try Data(contentsOf: file))
      let isTaken = (try? StrictJSON.parse(bytes)) != nil
      // A name twice is JSON, but says two things: here it is refused.
      let isDouble = file.lastPathComponent.contains("duplicated_key")
      switch file.lastPathComponent.first {
      case "y": #expect(isTaken != isDouble, "\(file.lastPathComponent)")
      case "n": #expect(!isTaken, "\(file.lastPathComponent)")
      default: break
      }
    }
  }

  @Test
  func `never falls over cut or changed bytes`() {
    let text = Array(#"{"a":[1,2.5e-3,"é\ud83d\ude00",{"b":[true,null,{}]}],"c":"x"}"#.utf8)
    for end in text.indices { _ = try? StrictJSON.parse(Array(text[..<end])) }
    for index in text.indices {
      for byte in [0, 0x22, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] as [UInt8] {
        var changed = text
        changed[index] = byte
        _ = try? StrictJSON.parse(changed)
      }
    }
  }
}

@Suite
struct `Base64url` {
  @Test
  func `has one text for each bytes`() {
    #expect(Base64URL.decode(Array("".utf8)) == [])
    #expect(Base64URL.decode(Array("Zm9v".utf8)) == Array("foo".utf8))
    #expect(Base64URL.decode(Array("-_8".utf8)) == [0xFB, 0xFF])
    for text in ["Z", "Zm9=", "Zm8=", "Zm9 v", "+/8", "Zm9v\n", "Zh", "Zm9"] {
      #expect(Base64URL.decode(Array(text.utf8)) == nil, "\(text)")
    }
    // The last letter has bits that mean nothing: only one of its forms is taken.
    #expect(Base64URL.decode(Array("Zg".utf8)) == [0x66])
    #expect(Base64URL.decode(Array("Zh".utf8)) == nil)
  }
}
