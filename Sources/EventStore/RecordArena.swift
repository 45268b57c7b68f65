/// One block of memory in which the rows of a batch are laid out, used again for batch after batch.
@safe
final class RecordArena {
  private var memory: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(capacity: Int = 1 << 20) {
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { unsafe memory.deallocate() }

  /// Forgets everything behind a place.
  func rewind(to place: Int = 0) {
    precondition(place <= count, "An arena rewinds backwards only")
    count = place
  }

  /// Lends some of the bytes for writing, for the length of a call.
  func withMutableBytes<Result>(
    _ range: Range<Int>,
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result,
  ) rethrows -> Result {
    precondition(range.upperBound <= count, "Only bytes that were given out are lent")
    // Safety: the range was checked; the arena has one user at a time.
    return unsafe try body(UnsafeMutableRawBufferPointer(rebasing: memory[range]))
  }

  /// Gives out the next bytes; earlier pointers may move.
  @unsafe
  func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    unsafe reserve(byteCount)
    defer { count += byteCount }
    return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + byteCount])
  }

  /// Lends some of the bytes for the length of a call.
  func withBytes<Result>(
    _ range: Range<Int>,
    _ body: (Span<UInt8>) throws -> Result,
  ) rethrows -> Result {
    precondition(range.upperBound <= count, "Only bytes that were given out are lent")
    // Safety: the range was checked; nothing is written while the call lasts.
    let slice = unsafe UnsafeRawBufferPointer(rebasing: memory[range])
    return try body(unsafe Span(_unsafeElements: slice.assumingMemoryBound(to: UInt8.self)))
  }

  @unsafe
  private func reserve(_ byteCount: Int) {
    guard unsafe count + byteCount > memory.count else { return }
    let capacity = unsafe max(2 * memory.count, count + byteCount)
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    unsafe memory.deallocate()
    unsafe memory = larger
  }
}
