import Cryptography
import Ledger

/// The page at `/`: the chain for people, without anything from elsewhere.
enum Explorer {
  /// The page may load its own script and style and ask its own node, nothing else.
  static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    + "frame-ancestors 'none'"

  /// The page.
  static let page = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Probity</title>
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16'
     rx='4' fill='%231f6feb'/%3E%3Cpath d='M4 8.5l3 3 5-6' stroke='white' stroke-width='2' fill='none'/%3E%3C/svg%3E">
    <link rel="stylesheet" href="/explorer.css">
    <script src="/explorer.js" defer></script>
    </head>
    <body>
    <header>
      <a class="brand" href="#/">Probity</a>
      <span id="network" class="pill"></span>
      <span id="live" class="pill" role="status">connecting</span>
      <form id="search"><input id="query" type="search" placeholder="Block, claim, transaction, account, model"
        aria-label="Search" autocomplete="off" spellcheck="false"></form>
    </header>
    <p id="halted" class="alarm" role="alert" hidden></p>
    <main id="main"><p class="empty">Loading</p></main>
    <noscript><p class="empty">This page needs its script. The same is in the API: <a href="/openapi.json">/openapi.json</a></p></noscript>
    <footer><a href="/openapi.json">API</a> <a href="/metrics">Metrics</a> <a href="/v1/genesis">Genesis</a></footer>
    </body>
    </html>
    """#

  /// The script: what everybody knows of development keys, and the rest of it.
  static let script: String = {
    let names = DevelopmentKey.names.compactMap { name in
      DevelopmentKey.key(named: name).map { "\"\($0.publicKey.xCoordinate.hex)\": \"\(name)\"" }
    }
    return "\"use strict\";\nconst developmentKeys = {\(names.joined(separator: ", "))};\n" + explorerScript
  }()
}
