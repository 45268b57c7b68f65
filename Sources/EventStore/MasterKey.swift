package import Crypto
import Foundation
import Glibc
package import LMDB

/// The key that wraps all others.
package struct MasterKey: Sendable {
  let key: SymmetricKey

  package init(_ key: SymmetricKey) { self.key = key }

  /// Reads the key from a file of 64 hexadecimal digits, or makes the file if there is none.
  ///
  /// - Throws: `KeyError` if the file cannot be used.
  package init(atPath path: String, creating: Bool) throws {
    if let content = try Self.content(ofFile: path) {
      try self.init(digits: String(decoding: content, as: UTF8.self), from: path)
      return
    }
    guard creating else { throw KeyError.noMasterKey(path: path) }
    self.init()
    try write(to: path)
  }

  /// The content of a file; `nil` if there is none.
  ///
  /// A file that cannot be read is not taken for one that is not there: another key would be made
  /// in its place.
  private static func content(ofFile path: String) throws -> [UInt8]? {
    var content: [UInt8] = []
    do {
      try forEachPiece(ofFile: path) { content += $0 }
    } catch let error as StorageError {
      if error.code == .noSuchFile { return nil }
      throw KeyError.unreadable(path: path, error.code)
    }
    return content
  }

  /// Draws a key at random.
  package init() { key = SymmetricKey(size: .bits256) }

  /// Reads 64 hexadecimal digits, whatever white space is among them.
  ///
  /// - Parameters:
  ///   - digits: The text.
  ///   - source: Where it comes from, for the error.
  /// - Throws: `KeyError` `.malformedMasterKey`.
  init(digits: String, from source: String) throws(KeyError) {
    guard let bytes = [UInt8](hexadecimal: digits.filter { !$0.isWhitespace }), bytes.count == 32
    else { throw .malformedMasterKey(source: source) }
    key = SymmetricKey(data: bytes)
  }

  /// Writes the key to a file that only its owner can read; on disk when this returns.
  package func write(to path: String) throws {
    let digits = unsafe key.withUnsafeBytes { unsafe Array($0) }.hexadecimal
    try writeDurably(Array((digits + "\n").utf8), to: path)
  }

  /// Wraps a data key: nonce, ciphertext and tag, 60 bytes.
  func wrap(_ dataKey: SymmetricKey, forSlot slot: UInt64, nonce: AES.GCM.Nonce) throws -> [UInt8] {
    let plain = unsafe dataKey.withUnsafeBytes { unsafe Array($0) }
    let box = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: context(slot))
    return Array(nonce) + Array(box.ciphertext) + Array(box.tag)
  }

  /// Unwraps a data key.
  func unwrap(_ wrapped: [UInt8], forSlot slot: UInt64) throws -> [UInt8] {
    guard let box = try? AES.GCM.SealedBox(combined: wrapped),
      let plain = try? AES.GCM.open(box, using: key, authenticating: context(slot)),
      plain.count == 32
    else { throw KeyError.wrongMasterKey }
    return Array(plain)
  }

  /// What tells this key from another one, without opening anything: sixteen bytes of an
  /// HMAC-SHA-256 (RFC 2104) of a fixed text.
  var checkValue: [UInt8] {
    let code = HMAC<SHA256>.authenticationCode(for: Array("handover-key-check".utf8), using: key)
    return Array(code.prefix(16))
  }

  /// What the key is known by where it must not stand itself: the check value in digits.
  package var fingerprint: String { checkValue.hexadecimal }

  /// Binds a wrapped key to its slot, so that two cannot be exchanged.
  private func context(_ slot: UInt64) -> [UInt8] { Array("handover-key-\(slot)".utf8) }
}

/// Why a key cannot be used.
package enum KeyError: Error, Hashable, Sendable {
  /// There is no master key.
  case noMasterKey(path: String)
  /// What was found is no key.
  case malformedMasterKey(source: String)
  /// Several variables name a master key.
  case twoMasterKeys([String])
  /// The command for the master key ended with a failure.
  case failedCommand(status: Int32)
  /// The master key does not open the data keys.
  case wrongMasterKey
  /// The file of the master key is there and cannot be read.
  case unreadable(path: String, StorageError.Code)
  /// The keys in a folder say that others took their place, which are not there.
  case missingSuccessor(of: String, number: UInt64)
}

extension KeyError: CustomStringConvertible {
  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .noMasterKey(let path):
      "there is no master key at \(path); restore it from where you keep it"
    case .malformedMasterKey(let source):
      "the master key from \(source) is no key; expected 64 hexadecimal digits"
    case .twoMasterKeys(let names):
      "\(names.joined(separator: " and ")) name a master key each; set one of them"
    case .failedCommand(let status):
      "the command for the master key ended with \(status); expected 0 and 64 hexadecimal digits "
        + "on its standard output"
    case .wrongMasterKey: "the master key does not open this ledger's keys; restore the right one"
    case .unreadable(let path, let code):
      "the master key at \(path) cannot be read: \(code.sentence); let this account read it"
    case .missingSuccessor(let folder, let number):
      "the keys in \(folder) say that those of ring-\(number) took their place, which is not "
        + "there; put it back as \(folder)/ring-\(number) (if the ledger was renamed while a "
        + "process wrote it, it may lie where the ledger was), or go on without with: handover "
        + "keys accept-older"
    }
  }
}

extension [UInt8] {
  /// Lower-case hexadecimal digits.
  var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }
    .joined()
  }

  /// Reads pairs of hexadecimal digits.
  init?(hexadecimal text: String) {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] * 16 + digits[$0 + 1])
    }
  }
}
