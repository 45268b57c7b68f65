import Hummingbird

/// Answers on the threads of the common pool, so that a long answer holds up no other connection of
/// the same event loop.
struct OffTheLoop: RouterMiddleware {
  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    try await withTaskExecutorPreference(globalConcurrentExecutor) {
      try await next(request, context)
    }
  }
}
