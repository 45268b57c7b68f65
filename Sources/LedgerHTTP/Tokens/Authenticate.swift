import ConversationLedger
import Hummingbird

/// Lets only calls with a valid token through, not too many of one person, and says who asks.
struct Authenticate: RouterMiddleware {
  private let tokens: TokenCheck
  private let rates: RequestRates
  private let gate: LedgerGate

  init(_ parts: ServerParts) {
    tokens = parts.tokens
    rates = parts.rates
    gate = parts.gate
  }

  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    var context = context
    context.principal = try principal(request, context)
    return try await next(request, context)
  }

  /// Who asks; what a call without a good token costs is put down to its address.
  func principal(_ request: Request, _ context: CallContext) throws -> Principal {
    var principal: Principal
    do {
      principal = try tokens.principal(authorization: request.headers[.authorization])
    } catch {
      try rates.admit(addressOf: request, context)
      throw error
    }
    try rates.admit(principal.person, context)
    if principal.isVisitorInDoubt {
      let user = principal.user
      principal.knownVisitor = try gate.look { try $0.visitor(ofAccount: user) }
    }
    return principal
  }
}
