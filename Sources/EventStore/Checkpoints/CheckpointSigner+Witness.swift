import LMDB
package import TransparencyLog

extension CheckpointSigner {
  /// Adds what a witness signed to the checkpoint it signed.
  ///
  /// - Parameters:
  ///   - lines: The signature lines the witness answered; those of other keys are passed over.
  ///   - key: The witness's key.
  ///   - note: What it was asked to sign.
  /// - Returns: The checkpoint with the witness's signature; it is on disk, unless the log was
  ///   signed anew meanwhile.
  /// - Throws: `FormatError` if the lines are none; `SignatureError` if none is by the key.
  package func keep(
    _ lines: [UInt8],
    by key: VerificationKey,
    under note: SignedNote,
  ) throws -> SignedNote {
    let signatures = try NoteSignature.lines(parsing: lines).filter { $0.keyID == key.id }
    return try files.whileLocked {
      let latest = try latest()?.note
      // Another witness may have signed the same meanwhile.
      var witnessed = latest?.text == note.text ? latest ?? note : note
      for signature in signatures { witnessed.add(signature) }
      _ = try SignedNote(text: note.text, signatures: signatures).verify(with: [key])
      if latest?.text == note.text { try writeDurably(witnessed.bytes, to: files.latest) }
      return witnessed
    }
  }
}
