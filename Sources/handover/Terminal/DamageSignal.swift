import Glibc

/// The last words of a process that meets a page of the memory map it cannot use.
///
/// The storage is read in place out of a memory map, and its pages have no checksums. A device that
/// fails, or a page whose inner structure is damaged, therefore arrives as a signal. The process
/// cannot go on, but it can say why.
enum DamageSignal {
  /// Has the signals answered with a sentence and the exit code for input and output.
  static func expect() {
    signal(SIGBUS) { _ in
      DamageSignal.end(
        """
        handover: a page of the storage cannot be reached: the device fails or is full, or the \
        file lost its end; free space, or restore a backup

        """
      )
    }
    // The library ends the process by SIGABRT when a page contradicts itself, and divides by the
    // size of a page.
    for number in [SIGSEGV, SIGABRT, SIGFPE] {
      signal(number) { _ in
        DamageSignal.end(
          """
          handover: a page of the storage is damaged, or this program has a fault; restore a \
          backup, and if that does not help, report it

          """
        )
      }
    }
  }

  /// Writes a sentence and ends the process, by calls that a signal's handler may make.
  private static func end(_ sentence: StaticString) {
    // Safety: the bytes of a static string stay where they are.
    _ = unsafe write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
    _exit(Failure.Code.inputOutput)
  }
}
