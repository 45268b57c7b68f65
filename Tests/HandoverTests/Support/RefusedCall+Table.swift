extension RefusedCall {
  /// Destinations that are not open.
  static let misdirected = [
    RefusedCall(
      code: "same_bot",
      status: 409,
      isRemembered: true,
      arguments: ["hand-over", "C", "Flights", "--module", "9"],
    ),
    RefusedCall(
      code: "bot_not_found",
      status: 404,
      isRemembered: true,
      arguments: handOver("Nowhere"),
    ),
    RefusedCall(
      code: "bot_not_found",
      status: 404,
      isRemembered: true,
      arguments: handOver(unknown),
    ),
    RefusedCall(
      code: "owner_mismatch",
      status: 403,
      isRemembered: true,
      arguments: ["hand-over", "C", "Rival", "--module", "9"],
    ),
    RefusedCall(
      code: "handover_not_enabled",
      status: 403,
      isRemembered: true,
      arguments: ["hand-over", "C", "Trains", "--module", "9"],
    ),
    RefusedCall(
      code: "module_not_found",
      status: 404,
      isRemembered: true,
      arguments: ["hand-over", "C", "Hotels", "--module", "9"],
    ),
    RefusedCall(
      code: "handover_loop",
      status: 409,
      isRemembered: true,
      before: (1...10).map { handOver($0.isMultiple(of: 2) ? "Flights" : "Hotels") },
      arguments: handOver("Hotels"),
    ),
  ]

  /// The terms a command is asked on.
  static let onTerms = [
    RefusedCall(
      code: "wrong_expected_position",
      status: 409,
      exitCode: 75,
      arguments: handOver("Nowhere", "--expected-position", "7"),
    ),
    RefusedCall(
      code: "idempotency_key_reused",
      status: 422,
      exitCode: 65,
      before: [["post", "C", "Hello", "--idempotency-key", "k"]],
      arguments: ["post", "C", "Hullo", "--idempotency-key", "k"],
    ),
    RefusedCall(
      code: "idempotency_key_reused",
      status: 422,
      exitCode: 65,
      before: [["post", "C", "Hello", "--idempotency-key", "k"]],
      arguments: handOver("Hotels", "--idempotency-key", "k"),
    ),
    RefusedCall(
      code: "malformed_body",
      status: 400,
      exitCode: 65,
      arguments: ["post", "C", "Hello", "--idempotency-key", String(repeating: "k", count: 256)],
    ),
  ]

  /// The registry.
  ///
  /// The last call changes the network, so nothing comes after it.
  static let administrative = [
    RefusedCall(
      code: "not_permitted",
      status: 403,
      arguments: ["bots", "enable", "Trains", "--as", "airline"],
    ),
    RefusedCall(
      code: "owner_mismatch",
      status: 403,
      arguments: ["bots", "request", "Trains", "--as", "rival"],
    ),
    RefusedCall(
      code: "already_registered",
      status: 409,
      before: [["bots", "register", "Own", "--owner", "airline", "--id", unknown]],
      arguments: ["bots", "register", "Own", "--owner", "rival", "--id", unknown],
    ),
    RefusedCall(
      code: "handover_not_enabled",
      status: 403,
      isRemembered: true,
      before: [["bots", "disable", "Hotels"]],
      arguments: handOver("Hotels"),
    ),
  ]
}
