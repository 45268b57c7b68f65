import LMDB

/// A file outside of the ledger's folder that a command writes for its caller.
public enum PrivateFile {
  /// Writes a file that only its owner can read, on disk when this returns.
  ///
  /// A link in its place is refused: whoever put it there would choose what is written over.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - path: The file; one that is there is replaced.
  /// - Throws: `LedgerError` `.cannotCreate`.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try writeDurably(bytes, to: path)
    } catch {
      throw LedgerError(.cannotCreate, "\(path) cannot be written: \(error.description)")
    }
  }
}
