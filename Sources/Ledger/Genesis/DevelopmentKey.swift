import Bytes
import Cryptography

extension HashTag {
  /// Private keys that everybody knows. `[GEN-4]`
  static let developmentKey = HashTag("probity/devnet-key")
}

/// Keys of development networks. Everybody knows them: they MUST NOT hold anything of value. `[GEN-4]`
public enum DevelopmentKey {
  /// The names that the development network funds.
  public static let names = [
    "faucet", "validator", "validator-2", "validator-3", "validator-4", "provider", "provider-2", "watchtower", "watchtower-2", "client",
    "cheat-bit", "cheat-text", "cheat-model",
  ]

  /// The key of a name; nil for one of the names, about one in 2^128, whose hash is no private key.
  public static func key(named name: String) -> PrivateKey? {
    PrivateKey(Digest.hash(tag: .developmentKey, Array(name.utf8)).bytes)
  }
}
