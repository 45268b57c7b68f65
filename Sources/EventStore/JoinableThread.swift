import Glibc

/// A thread of the operating system that can be waited for.
///
/// Once `join` returns, the thread has let go of everything its body held.
@safe
struct JoinableThread {
  private let thread: pthread_t

  /// Starts a thread.
  ///
  /// - Throws: `ThreadError` if the operating system has none left.
  init(_ body: @escaping @Sendable () -> Void) throws {
    var thread = pthread_t()
    // Safety: the box is retained for the thread, which takes it over.
    let box = unsafe Unmanaged.passRetained(Body(run: body)).toOpaque()
    let result = unsafe pthread_create(
      &thread,
      nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      },
      box,
    )
    guard result == 0 else {
      unsafe Unmanaged<Body>.fromOpaque(box).release()
      throw ThreadError(code: result)
    }
    self.thread = thread
  }

  /// Waits until the thread has ended.
  func join() { pthread_join(thread, nil) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The operating system did not start a thread.
struct ThreadError: Error, Hashable, Sendable {
  /// What it answered.
  let code: CInt
}
