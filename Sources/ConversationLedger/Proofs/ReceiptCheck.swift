import Foundation
import TransparencyLog

/// What came of checking a receipt of an erasure, without any ledger.
public struct ReceiptCheck: Codable, Hashable, Sendable {
  /// Whether the note is signed by the key and states these very bytes.
  public var holds: Bool
  /// The name of the log whose key it was checked with.
  public var origin: String
  /// Why it does not hold; `null` if it does.
  @ExplicitNull public var reason: String?
  /// What the receipt says; `null` if it does not hold.
  @ExplicitNull public var receipt: ErasureReceipt?

  /// Checks a receipt with its note.
  ///
  /// - Parameters:
  ///   - content: The bytes of `erasure-N.json`.
  ///   - name: That file's name, without its folder.
  ///   - note: The bytes of `erasure-N.note`.
  ///   - vkey: The log's public key, in the text form of c2sp.org/signed-note.
  /// - Returns: What came of it.
  /// - Throws: `MalformedProof` if the note or the key is none, or what is stated no receipt.
  public static func check(
    _ content: [UInt8],
    named name: String,
    with note: [UInt8],
    vkey: String,
  ) throws -> ReceiptCheck {
    do {
      let key = try VerificationKey(parsing: vkey)
      let note = try SignedNote(parsing: note)
      var check = ReceiptCheck(holds: false, origin: key.name.description)
      do {
        try LogStatement.receipt(named: name, content).verify(note, with: key)
      } catch let error as SignatureError {
        check.reason = "the note is not signed by this key: \(error)"
        return check
      } catch is FormatError {
        check.reason = "the note is signed, and states another content or name than \(name)"
        return check
      }
      check.receipt = try JSONDecoder().decode(ErasureReceipt.self, from: Data(content))
      check.holds = true
      return check
    } catch is DecodingError {
      throw MalformedProof(description: "\(name) is signed, and is no receipt of an erasure")
    } catch let error as FormatError {
      throw MalformedProof(description: error.description)
    }
  }
}
