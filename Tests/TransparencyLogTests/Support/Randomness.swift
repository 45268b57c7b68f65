import TransparencyLog

/// Numbers that look random and are the same in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }
}

extension TreeHash {
  /// The hash with one of its 256 bits turned over.
  func flipping(bit: Int) -> TreeHash {
    var bytes = self.bytes
    bytes[bit / 8] ^= 1 << (bit % 8)
    guard let flipped = TreeHash(bytes) else { preconditionFailure("A hash has 32 bytes") }
    return flipped
  }
}

/// All the ways in which a path is spoilt here, each by one change.
func spoilt(_ path: [TreeHash]) -> [[TreeHash]] {
  let extra = TreeHasher.emptyRoot
  var variants = [path + [extra], [extra] + path]
  for index in path.indices {
    var changed = path
    changed[index] = path[index].flipping(bit: index * 37 % 256)
    var shorter = path
    shorter.remove(at: index)
    variants += [changed, shorter]
  }
  if path.count > 1, path.first != path.last { variants.append(path.reversed()) }
  return variants
}
