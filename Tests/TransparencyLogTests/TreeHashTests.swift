import Testing
import TransparencyLog

@Suite
struct `A tree hash` {
  let counting = Array<UInt8>(0..<32)

  @Test
  func `keeps the 32 bytes it was made from, in their order`() throws {
    let hash = try #require(TreeHash(counting))
    #expect(hash.bytes == counting)
    #expect(TreeHash(counting.span) == hash)
    #expect(TreeHash(counting.dropFirst(0)) == hash)
  }

  @Test(arguments: [0, 1, 31, 33, 64])
  func `is not made from any other number of bytes`(count: Int) {
    let bytes = [UInt8](repeating: 7, count: count)
    #expect(TreeHash(bytes) == nil)
    #expect(TreeHash(bytes.span) == nil)
  }

  @Test
  func `is written after what is there already`() throws {
    let hash = try #require(TreeHash(counting))
    var bytes: [UInt8] = [0xFF]
    hash.write(into: &bytes)
    #expect(bytes == [0xFF] + counting)
    let spanned = [UInt8](capacity: 33) { output in
      output.append(0xFF)
      hash.write(into: &output)
    }
    #expect(spanned == bytes)
  }

  @Test
  func `reads as 64 lower-case hexadecimal digits`() throws {
    let hash = try #require(TreeHash(counting))
    #expect("\(hash)" == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    let high = try #require(TreeHash([UInt8](repeating: 0xAF, count: 32)))
    #expect("\(high)" == String(repeating: "af", count: 32))
  }

  @Test
  func `differs from another in any one bit`() throws {
    let hash = try #require(TreeHash(counting))
    let variants = Set((0..<256).map(hash.flipping))
    #expect(variants.count == 256)
    #expect(!variants.contains(hash))
  }

  @Test
  func `takes 32 bytes of memory`() {
    #expect(MemoryLayout<TreeHash>.stride == TreeHash.byteCount)
  }
}
