import EventStore
import Synchronization
import Testing

@Suite
struct `A watched clock` {
  /// Two clocks that are set by hand.
  private final class Clocks: Sendable {
    let wall = Atomic<Int64>(1_700_000_000_000_000)
    let steady = Atomic<Int64>(5_000_000)

    func watched(isAccepted: Bool = false) -> WatchedClock {
      WatchedClock(
        wall: { self.wall.load(ordering: .acquiring) },
        steady: { self.steady.load(ordering: .acquiring) },
        isAccepted: isAccepted,
      )
    }

    func pass(_ wall: Int64, _ steady: Int64) {
      _ = self.wall.wrappingAdd(wall, ordering: .acquiringAndReleasing)
      _ = self.steady.wrappingAdd(steady, ordering: .acquiringAndReleasing)
    }
  }

  private static let second: Int64 = 1_000_000
  private static let hour = WatchedClock.leapLimit

  /// How far the wall clock goes, how far the steady one, and whether that is believed.
  private static let steps: [(wall: Int64, steady: Int64, isBelieved: Bool)] = [
    (second, second, true), (hour, 0, true), (hour + 1, 0, false), (2 * hour, hour, true),
    (2 * hour + 1, hour, false), (26_280 * hour, second, false),
    (8_760 * hour, 8_760 * hour, true), (-hour, second, true), (-9_000 * hour, 0, true),
    (0, 9_000 * hour, true), (hour + 1, -second, false),
    (Int64.max - 1_700_000_000_000_000, 0, false), (second, Int64.max / 2, true),
  ]

  @Test(arguments: steps)
  func `is believed as far as the steady one agrees`(
    wall: Int64,
    steady: Int64,
    isBelieved: Bool,
  ) throws {
    let clocks = Clocks()
    let clock = clocks.watched()
    clocks.pass(wall, steady)
    let now = clocks.wall.load(ordering: .acquiring)
    #expect((clock.leap() == nil) == isBelieved)
    if isBelieved {
      #expect(try clock.read() == now)
    } else {
      #expect(throws: ClockLeap(expected: 1_700_000_000_000_000 + max(0, steady), found: now)) {
        try clock.read()
      }
    }
  }

  @Test
  func `that leapt is refused until it agrees again`() throws {
    let clocks = Clocks()
    let clock = clocks.watched()
    clocks.pass(5 * Self.hour, Self.second)
    for _ in 0..<3 {
      #expect(throws: ClockLeap.self) { try clock.read() }
      clocks.pass(Self.second, Self.second)
    }
    clocks.pass(-5 * Self.hour, 0)
    #expect(try clock.read() == clocks.wall.load(ordering: .acquiring))
    // Also when the time has come that it showed.
    clocks.pass(5 * Self.hour, 0)
    #expect(throws: ClockLeap.self) { try clock.read() }
    clocks.pass(0, 4 * Self.hour)
    #expect(try clock.read() == clocks.wall.load(ordering: .acquiring))
  }

  @Test
  func `that is said to be right may leap`() throws {
    let clocks = Clocks()
    let clock = clocks.watched(isAccepted: true)
    clocks.pass(9_000 * Self.hour, 0)
    #expect(clock.leap() == nil)
    #expect(try clock.read() == clocks.wall.load(ordering: .acquiring))
  }
}
