/// The paths of the HTTP interface, for the server, the client and the description alike. `{name}` stands for a parameter.
public enum NodeRoute: String, CaseIterable, Hashable, Sendable {
  case status = "/v1/status"
  case genesis = "/v1/genesis"
  case transactions = "/v1/transactions"
  case transaction = "/v1/transactions/{id}"
  case blocks = "/v1/blocks"
  case block = "/v1/blocks/{height}"
  case header = "/v1/blocks/{height}/header"
  case blockTransactions = "/v1/blocks/{height}/transactions"
  case attestations = "/v1/blocks/{height}/attestations"
  case account = "/v1/accounts/{key}"
  case claims = "/v1/claims"
  case claim = "/v1/claims/{id}"
  case records = "/v1/claims/{id}/records"
  case receipt = "/v1/claims/{id}/receipts/{record}"
  case models = "/v1/models"
  case model = "/v1/models/{root}"
  case blob = "/v1/blobs/{digest}"
  case state = "/v1/state/{key}"
  case events = "/v1/events"
  case health = "/healthz"
  case metrics = "/metrics"
  case openAPI = "/openapi.json"
  case explorer = "/"
  case explorerScript = "/explorer.js"
  case explorerStyle = "/explorer.css"

  /// The path with its parameters filled in, in order.
  public func path(_ parameters: String...) -> String {
    var rest = parameters[...]
    return rawValue.split(separator: "/", omittingEmptySubsequences: false)
      .map { part in part.hasPrefix("{") ? rest.popFirst() ?? String(part) : String(part) }
      .joined(separator: "/")
  }
}
