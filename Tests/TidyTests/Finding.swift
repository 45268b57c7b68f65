/// One place in the repository that breaks one of its habits.
///
/// A finding is read by whoever broke the habit, perhaps for the first time: it says where, and
/// what to write instead.
struct Finding: Hashable, CustomStringConvertible {
  /// The file, from the root of the repository.
  let path: String

  /// The line, counted from 1.
  let line: Int

  /// What is wrong there, and what to write instead.
  let advice: String

  var description: String { "\(path):\(line): \(advice)" }
}
