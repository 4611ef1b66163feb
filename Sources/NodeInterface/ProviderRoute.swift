/// The paths of a provider's HTTP interface, for the server and the client alike. `{name}` stands for a parameter.
public enum ProviderRoute: String, CaseIterable, Hashable, Sendable {
  case models = "/v1/models"
  case model = "/v1/models/{model}"
  case chatCompletions = "/v1/chat/completions"
  case completions = "/v1/completions"
  case embeddings = "/v1/embeddings"
  case render = "/v1/render"
  case receiptOfRequest = "/v1/receipts/{id}"
  case receipt = "/v1/receipts/{id}/{record}"
  case trace = "/v1/traces/{claim}/{record}"
  case segment = "/v1/traces/{claim}/{record}/segments/{segment}"
  case health = "/healthz"

  /// The path with its parameters filled in, in order.
  public func path(_ parameters: String...) -> String {
    var rest = parameters[...]
    return rawValue.split(separator: "/", omittingEmptySubsequences: false)
      .map { part in part.hasPrefix("{") ? rest.popFirst() ?? String(part) : String(part) }
      .joined(separator: "/")
  }
}
