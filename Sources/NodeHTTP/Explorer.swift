/// The page at `/`: the chain for people, without anything from elsewhere.
enum Explorer {
  /// The page may run its own script and ask its own node, nothing else.
  static let contentSecurityPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'"

  /// The page. Whatever it shows goes through `textContent`, so that no name on the chain can become markup.
  static let page = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Probity</title>
    <style>
      :root { color-scheme: light dark; --line: #8884; --soft: #8888; }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1.5rem; }
      h1 { margin: 0; font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
      header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .5rem; margin: 1rem 0; }
      dl div { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem; }
      dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-size: 1.1rem; overflow: hidden; text-overflow: ellipsis; }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
      th { color: var(--soft); font-weight: 500; font-size: .8rem; } code { font: 13px ui-monospace, monospace; }
      .pending { color: #b58900; } .finalized { color: #2a9d4a; } .slashed { color: #d33; font-weight: 600; }
      #live { font-size: .8rem; color: var(--soft); } .empty { color: var(--soft); padding: .5rem; }
    </style>
    </head>
    <body>
    <header><h1>Probity</h1><span id="network"></span><span id="live" role="status">connecting</span></header>
    <dl id="facts"></dl>
    <h2>Claims</h2>
    <div class="scroll"><table><thead><tr><th>Claim</th><th>Status</th><th>Records</th><th>Posted</th><th>Deadline</th><th>Settled</th><th>Bond</th>
      <th>Provider</th><th>Model</th></tr></thead><tbody id="claims"></tbody></table></div>
    <h2>Models</h2>
    <div class="scroll"><table><thead><tr><th>Name</th><th>Root</th><th>Since block</th></tr></thead><tbody id="models"></tbody></table></div>
    <h2>Blocks</h2>
    <div class="scroll"><table><thead><tr><th>Height</th><th>Hash</th><th>Time</th><th>Transactions</th><th>Attestations</th><th>State root</th></tr></thead>
      <tbody id="blocks"></tbody></table></div>
    <script>
    const shown = 25, blocks = new Map(), claims = new Map();
    const byId = id => document.getElementById(id);
    const get = async path => { const r = await fetch(path); if (!r.ok) throw new Error(path + ": " + r.status); return r.json(); };
    const make = (tag, text, cls) => { const e = document.createElement(tag); e.textContent = text; if (cls) e.className = cls; return e; };
    const short = hex => { const td = make("td", ""); const c = make("code", hex.slice(0, 12) + "…"); c.title = hex; td.append(c); return td; };
    const cell = (text, cls) => make("td", String(text), cls);
    function fill(id, rows, columns) {
      const body = byId(id); body.replaceChildren();
      for (const row of rows) { const tr = make("tr", ""); tr.append(...row); body.append(tr); }
      if (!rows.length) { const td = make("td", "none yet", "empty"); td.colSpan = columns; const tr = make("tr", ""); tr.append(td); body.append(tr); }
    }
    function showBlocks() {
      const list = [...blocks.values()].sort((a, b) => b.height - a.height).slice(0, shown);
      for (const height of [...blocks.keys()].sort((a, b) => b - a).slice(shown)) blocks.delete(height);
      fill("blocks", list.map(b => [cell(b.height), short(b.hash), cell(new Date(b.timeMilliseconds).toLocaleTimeString()), cell(b.transactions),
        cell(b.attestations), short(b.stateRoot)]), 6);
    }
    function showClaims() {
      const list = [...claims.values()].sort((a, b) => b.posted - a.posted || (a.id < b.id ? 1 : -1)).slice(0, 100);
      fill("claims", list.map(c => [short(c.id), cell(c.status, c.status), cell(c.recordCount), cell(c.posted), cell(c.deadline),
        cell(c.settled ?? ""), cell(c.bond), short(c.provider), short(c.modelRoot)]), 9);
    }
    async function showFacts() {
      const s = await get("/v1/status");
      byId("network").textContent = s.network + " · " + s.role;
      const facts = [["Height", s.height], ["Final height", s.finalHeight], ["Waiting", s.poolTransactions], ["State root", s.stateRoot.slice(0, 16) + "…"],
        ["Chain", s.chain.slice(0, 16) + "…"]];
      if (s.halted) facts.push(["Stopped", s.halted]);
      byId("facts").replaceChildren(...facts.map(([k, v]) => { const d = make("div", ""); d.append(make("dt", k), make("dd", String(v))); return d; }));
    }
    async function load() {
      const [b, c, m] = await Promise.all([get("/v1/blocks?limit=" + shown), get("/v1/claims?limit=100"), get("/v1/models")]);
      for (const x of b.items) blocks.set(x.height, x);
      for (const x of c.items) claims.set(x.id, x);
      showBlocks(); showClaims();
      fill("models", m.map(x => [cell(x.name), short(x.root), cell(x.height)]), 3);
      await showFacts();
    }
    function listen() {
      const events = new EventSource("/v1/events"), live = byId("live");
      events.onopen = () => { live.textContent = "live"; load().catch(e => { live.textContent = e.message; }); };
      events.onerror = () => { live.textContent = "not connected; trying again"; };
      events.addEventListener("block", e => { const b = JSON.parse(e.data); blocks.set(b.height, b); showBlocks(); showFacts().catch(() => {}); });
      events.addEventListener("claim", e => { const c = JSON.parse(e.data); claims.set(c.id, c); showClaims(); });
      events.addEventListener("missed", () => load().catch(() => {}));
    }
    listen();
    </script>
    </body>
    </html>
    """#
}
