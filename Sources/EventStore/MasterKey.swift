package import Crypto
import Foundation
import Glibc
import LMDB

/// The key that wraps all others.
package struct MasterKey: Sendable {
  let key: SymmetricKey

  package init(_ key: SymmetricKey) { self.key = key }

  /// Reads the key from a file of 64 hexadecimal digits, or makes the file if there is none.
  ///
  /// - Throws: `KeyError` if the file cannot be used.
  package init(atPath path: String, creating: Bool) throws {
    if let content = FileManager.default.contents(atPath: path) {
      let text = String(decoding: content, as: UTF8.self)
      guard let bytes = [UInt8](hexadecimal: text.filter { !$0.isWhitespace }), bytes.count == 32
      else { throw KeyError.malformedMasterKey(path: path) }
      key = SymmetricKey(data: bytes)
      return
    }
    guard creating else { throw KeyError.noMasterKey(path: path) }
    key = SymmetricKey(size: .bits256)
    let digits = unsafe key.withUnsafeBytes { unsafe Array($0) }.hexadecimal
    try writeDurably(digits + "\n", to: path)
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

  /// Binds a wrapped key to its slot, so that two cannot be exchanged.
  private func context(_ slot: UInt64) -> [UInt8] { Array("handover-key-\(slot)".utf8) }
}

/// Why a key cannot be used.
package enum KeyError: Error, Hashable, Sendable {
  /// There is no master key.
  case noMasterKey(path: String)
  /// The file holds no key.
  case malformedMasterKey(path: String)
  /// The master key does not open the data keys.
  case wrongMasterKey
}

extension KeyError: CustomStringConvertible {
  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .noMasterKey(let path):
      "there is no master key at \(path); restore it from where you keep it"
    case .malformedMasterKey(let path):
      "the master key at \(path) is damaged; expected 64 hexadecimal digits"
    case .wrongMasterKey: "the master key does not open this ledger's keys; restore the right one"
    }
  }
}

/// Writes a file only its owner can read, and flushes it, before it gets its name.
func writeDurably(_ text: String, to path: String) throws {
  let temporary = path + ".tmp"
  let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  // A file of that name that a crash left behind may have been open to others.
  guard fchmod(descriptor, 0o600) == 0,
    unsafe write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
    unsafe rename(temporary, path) == 0
  else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  try flush(file: URL(fileURLWithPath: path).deletingLastPathComponent().path)
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
