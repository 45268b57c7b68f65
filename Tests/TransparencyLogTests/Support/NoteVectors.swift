import Crypto
import Foundation
import Testing
import TransparencyLog

/// The published vectors of notes, checkpoints, tiles and witnesses; where they come from is in
/// `Vectors/notes/SOURCE.txt`.
enum NoteVectors {
  struct Notes: Decodable {
    struct Signed: Decodable {
      let vkey: String
      let note: String?
      let checkpoint: String?
    }
    struct Keys: Decodable {
      let vkey: String
      let skey: String
      let bad_vkeys: [String]
    }
    struct CosignatureKeys: Decodable {
      let valid: [[String]]
      let invalid: [[String]]
    }
    struct Example: Decodable {
      let note: String
      let signed_message: String
    }

    let c2sp_signed_note_example: Signed
    let golang_x_mod_note: Keys
    let sum_golang_org_production_checkpoint: Signed
    let cosignature_v1_vkeys: CosignatureKeys
    let c2sp_cosignature_example_text: Example
  }

  struct ParserCases: Decodable {
    struct Case: Decodable {
      let desc: String
      let input: String
      let want_error: Bool
    }
    let cases: [Case]
  }

  struct Exchanges: Decodable {
    struct Exchange: Decodable {
      let request: String
      let status: Int
      let body_contains: String
    }
    let log_origin: String
    let log_ed25519_public_key_hex: String
    let exchanges: [Exchange]
  }

  struct Signature: Decodable {
    let tcId: Int
    let pk, msg, sig, result: String
  }

  static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Vectors/notes/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  /// The files of the log that Tessera made, by path.
  static func tesseraLog() throws -> [String: [UInt8]] {
    try read("tessera-log", as: [String: Data].self).mapValues(Array.init)
  }

  static let tesseraKey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
}

/// Bytes in hexadecimal.
func bytes(hexadecimal text: String) throws -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  try #require(digits.count == text.count && digits.count.isMultiple(of: 2))
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// A line that the tests know to be one.
func line(_ text: String) throws -> NoteLine { try #require(NoteLine(text)) }

/// A key that is the same in every run.
func fixedKey(
  _ name: String,
  _ algorithm: VerificationKey.Algorithm = .ed25519,
  seed: UInt8 = 7,
) throws -> SigningKey {
  try SigningKey(name: line(name), algorithm: algorithm, seed: Array(repeating: seed, count: 32))
}
