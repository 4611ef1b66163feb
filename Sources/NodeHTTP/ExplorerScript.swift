extension Explorer {
  /// The script. Whatever it shows goes through `textContent`, so that no name or text on the chain can become markup.
  static let explorerScript = #"""
    const shown = 20, kept = 200, state = { status: null, blocks: new Map(), claims: new Map(), models: new Map() };
    const byId = id => document.getElementById(id);

    // Elements, and addresses as the command line writes them.
    function h(tag, attributes, ...children) {
      const e = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) e.setAttribute(name,
        value);
      e.append(...children.flat().filter(c => c !== null && c !== undefined && c !== "").map(c => c instanceof Node ? c : String(c)));
      return e;
    }
    const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
    function polymod(values) {
      let c = 1;
      for (const v of values) {
        const top = c >>> 25;
        c = (c & 0x1ffffff) << 5 ^ v;
        for (let i = 0; i < 5; i++) if (top >>> i & 1) c ^= generator[i];
      }
      return c;
    }
    const prefixValues = [3, 3, 0, 16, 2];
    function address(key) {
      const groups = [];
      let buffer = 0, bits = 0;
      for (let i = 0; i < key.length; i += 2) {
        buffer = (buffer << 8 | parseInt(key.slice(i, i + 2), 16)) & 0xfff;
        bits += 8;
        while (bits >= 5) groups.push(buffer >> (bits -= 5) & 31);
      }
      if (bits) groups.push(buffer << 5 - bits & 31);
      const sum = polymod([...prefixValues, ...groups, 0, 0, 0, 0, 0, 0]) ^ 0x2bc830a3;
      return "pb1" + [...groups, ...[25, 20, 15, 10, 5, 0].map(s => sum >> s & 31)].map(g => letters[g]).join("");
    }
    function keyOf(text) {
      const groups = [...text.toLowerCase().slice(3)].map(c => letters.indexOf(c));
      if (!/^pb1/i.test(text) || groups.length !== 58 || groups.includes(-1) || polymod([...prefixValues,
        ...groups]) !== 0x2bc830a3) return null;
      let hex = "", buffer = 0, bits = 0;
      for (const g of groups.slice(0, 52)) {
        buffer = (buffer << 5 | g) & 0xfff;
        bits += 5;
        if (bits >= 8) hex += (buffer >> (bits -= 8) & 255).toString(16).padStart(2, "0");
      }
      return hex;
    }

    // Links and texts.
    const link = (kind, id, text, title) => h("a", { href: "#/" + kind + "/" + id, title }, text);
    const short = hex => h("code", {}, hex.slice(0, 10) + "…");
    const digest = (kind, hex, whole) => link(kind, hex, whole ? h("code", {}, hex) : short(hex), hex);
    const block = height => link("blocks", height, grouped(height));
    const account = (key, whole) => {
      if (/^0+$/.test(key)) return "–";
      const text = address(key), name = developmentKeys[key];
      const label = name && !whole ? name : h("code", {}, whole ? text : text.slice(0, 12) + "…");
      return h("span", {}, link("accounts", key, label, text), name && whole ? h("span", { class: "soft" },
        " " + name + ", a development key") : "");
    };
    const model = root => link("models", root, state.models.get(root)?.name ?? short(root), root);
    const grouped = number => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const units = amount => grouped(amount) + " units";
    const pill = word => h("span", { class: "state " + word }, word === "finalized" ? "final" : word);
    const time = ms => new Date(ms).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
    const clock = ms => h("span", { title: time(ms) }, new Date(ms).toLocaleTimeString());
    const plural = (n, word) => grouped(n) + " " + word + (n === 1 ? "" : "s");

    function table(columns, rows, none) {
      if (!rows.length) return h("div", { class: "card" }, h("p", { class: "empty" }, none));
      const cells = row => row.map((cell, i) => h("td", { "data-label": columns[i] }, cell));
      return h("div", { class: "card" }, h("table", {}, h("thead", {}, h("tr", {}, columns.map(c => h("th", { scope: "col" }, c)))),
        h("tbody", {}, rows.map(row => h("tr", {}, cells(row))))));
    }
    const fields = list => h("div", { class: "card" }, h("dl", { class: "fields" },
      list.filter(f => f && f[1] !== null && f[1] !== undefined).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
    const section = (title, ...content) => [h("h2", {}, title), ...content];

    // Tables.
    function windowOf(c) {
      if (c.status !== "pending") return h("span", {}, "block ", block(c.settled));
      const left = Math.max(0, c.deadline - (state.status?.height ?? c.posted)), length = c.deadline - c.posted;
      return h("span", {}, h("progress", { max: length, value: length - left, "aria-label": "challenge window" }), plural(left,
        "block") + " left");
    }
    const claimTable = claims => table(["Claim", "Status", "Settled", "Provider", "Answers", "Posted", "Model"],
      claims.map(c => [digest("claims", c.id), pill(c.status), windowOf(c), account(c.provider), c.recordCount, block(c.posted),
        model(c.modelRoot)]),
      "No claims yet: a provider posts one when it has answered.");
    const blockTable = blocks => table(["Height", "Time", "Transactions", "Attestations", "Proposer", "Hash"],
      blocks.map(b => [block(b.height), clock(b.timeMilliseconds), b.transactions || h("span", { class: "soft" }, "0"), b.attestations,
        account(b.proposer), link("blocks", b.height, short(b.hash), b.hash)]), "No blocks yet.");
    const kinds = { "transfer": "Transfer", "bond": "Bond", "unbond": "Unbond", "register-model": "Model registered",
      "post-claim": "Claim posted",
      "fraud-proof": "Fraud proof", "seal": "Sealed proof", "challenge": "Question", "reveal": "Answer", "close": "Bond settled",
      "misconduct": "Misconduct" };
    const about = t => t.claim ? h("span", {}, "claim ", digest("claims", t.claim)) : t.modelRoot ? h("span", {}, link("models",
      t.modelRoot, t.modelName))
      : t.to ? h("span", {}, units(t.amount) + " to ", account(t.to)) : t.amount ? units(t.amount) : "";
    const outcome = t => h("span", { title: t.refusal }, pill(t.outcome ? "refused" : "accepted"));
    const transactionTable = list => table(["Transaction", "Kind", "About", "Sender", "Outcome", "Fee"],
      list.map(t => [digest("transactions", t.id), kinds[t.kind] ?? t.kind, about(t), account(t.sender), outcome(t), units(t.fee)]),
      "No transactions in this block.");

    // Pages: each returns what stands in the main part.
    const newest = (map, order, count) => [...map.values()].sort(order).slice(0, count);
    const byHeight = (a, b) => b.height - a.height, byPosting = (a, b) => b.posted - a.posted || (a.id < b.id ? 1 : -1);
    const pages = {
      async ""() {
        const s = state.status, claims = [...state.claims.values()], count = word => claims.filter(c => c.status === word).length;
        const tiles = [["Height", s.height], ["Final height", s.finalHeight], ["Pending claims", count("pending"), "pending"],
          ["Final claims", count("finalized"), "finalized"], ["Slashed claims", count("slashed"), "slashed"], ["Waiting",
            s.poolTransactions]];
        return [h("dl", { class: "tiles" }, tiles.map(([name, value, word]) => h("div", {}, h("dt", {}, name), h("dd", {
          class: word }, grouped(value))))),
          section("Claims", claimTable(newest(state.claims, byPosting, 50))), section("Blocks", blockTable(newest(state.blocks,
            byHeight, shown))),
          section("Models", table(["Name", "Root", "Since block"], [...state.models.values()].map(m =>
            [link("models", m.root, m.name), digest("models", m.root), block(m.height)]), "No models yet."))];
      },
      async blocks(height) {
        const [page, list] = await Promise.all([get("/v1/blocks?limit=1&before=" + (Number(height) + 1)),
          Number(height) ? get("/v1/blocks/" + height + "/transactions") : []]);
        const b = page.items[0];
        const next = b.height < state.status.height ? link("blocks", b.height + 1, "next ›") : null;
        return [h("h1", {}, "Block " + grouped(b.height)), fields([["Time", time(b.timeMilliseconds)], ["Hash", h("code", {}, b.hash)],
          ["Parent", b.height ? link("blocks", b.height - 1, h("code", {}, b.parent)) : h("code", {}, b.parent)], ["Proposer",
            account(b.proposer, true)],
          ["State root", h("code", {}, b.stateRoot)], ["Attestations", plural(b.attestations, "validator")],
          ["Go to", h("span", {}, b.height ? link("blocks", b.height - 1, "‹ previous") : "", b.height && next ? " · " : "", next)]]),
          section(plural(list.length, "transaction"), transactionTable(list))];
      },
      async transactions(id) {
        const place = (await get("/v1/transactions/" + id)).inclusion;
        if (!place) return [h("h1", {}, "Transaction ", pill("pending")), fields([["Id", h("code", {}, id)], ["Where",
          "It waits for a block."]])];
        const t = (await get("/v1/blocks/" + place.height + "/transactions"))[place.index];
        return [h("h1", {}, kinds[t.kind] ?? t.kind, " ", outcome(t)), fields([["Id", h("code", {}, id)],
          t.refusal && ["Refused because", t.refusal],
          ["Block", block(place.height)], ["Sender", account(t.sender, true)], t.claim && ["Claim", digest("claims", t.claim, true)],
          t.record !== undefined && ["Record", t.record], t.evidenceBytes !== undefined && ["Evidence", plural(t.evidenceBytes,
            "byte")],
          t.to && ["To", account(t.to, true)], t.amount && ["Amount", units(t.amount)], t.modelRoot && ["Model", model(t.modelRoot)],
          t.recordCount && ["Answers", t.recordCount], ["Fee", units(t.fee)], ["Nonce", t.nonce], ["Size", plural(t.bytes, "byte")]])];
      },
      async claims(id) {
        const c = await get("/v1/claims/" + id);
        let records;
        try { records = (await recordsOf(id)).map((r, i) => record(r, i, id)); } catch (e) { records = h("p",
          { class: "empty" }, e.message); }
        return [h("h1", {}, "Claim ", pill(c.status)), fields([["Id", h("code", {}, id)], ["Provider", account(c.provider, true)],
          ["Model", model(c.modelRoot)],
          ["Posted", h("span", {}, "block ", block(c.posted))], ["Window", h("span", {}, "up to block ", c.deadline > state.status.height
            ? grouped(c.deadline) : block(c.deadline))],
          [{ pending: "Open", finalized: "Final since", slashed: "Slashed in" }[c.status], windowOf(c)],
          c.challenger && ["Proved by", account(c.challenger, true)], ["Bond", units(c.bond) + (c.status === "slashed" ? ", lost"
            : "")],
          ["Batch root", h("code", {}, c.batchRoot)]]), section(plural(c.recordCount, "answer"), h("div", { class: "card" }, records))];
      },
      async accounts(key) {
        const [a, claims] = await Promise.all([get("/v1/accounts/" + key), get("/v1/claims?limit=100&provider=" + key)]);
        return [h("h1", {}, "Account"), fields([["Address", account(key, true)], ["Public key", h("code", {}, key)], ["Balance",
          units(a.balance)],
          ["Stake", units(a.stake)], ["Locked by claims", units(a.locked)], ["Unbonding", units(a.unbonding)], ["Transactions sent",
            grouped(a.nonce)]]),
          section("Claims", claims.items.length ? claimTable(claims.items) : h("div", { class: "card" }, h("p", { class: "empty" },
            "This account has posted no claims.")))];
      },
      async models(root) {
        const m = state.models.get(root);
        if (!m) throw new Error("The chain has no model with this root.");
        const claims = await get("/v1/claims?limit=100&model=" + root);
        return [h("h1", {}, m.name), fields([["Root", h("code", {}, root)], ["Tensors", h("code", {}, m.tensorsRoot)], ["Tokenizer",
          h("code", {}, m.tokenizer)],
          ["Graph", plural(m.graphBytes, "byte")], m.registrant && ["Registered by", account(m.registrant, true)], ["Since",
            h("span", {}, "block ", block(m.height))]]),
          section("Claims", claimTable(claims.items))];
      },
    };
    // The records of a claim never change: those of the claim that is open are asked for once.
    let opened = { id: null, records: [] };
    async function recordsOf(id) {
      if (opened.id !== id) opened = { id, records: await get("/v1/claims/" + id + "/records") };
      return opened.records;
    }
    const record = (r, index, claim) => h("div", { class: "record" }, h("p", { class: "soft" }, "Prompt, " + plural(r.promptTokens,
      "token") + ", signed by ", account(r.client)),
      h("pre", {}, r.prompt), h("p", { class: "soft" }, "Answer, " + plural(r.outputTokens, "token") + (r.stop === "length"
        ? ", cut off at the length asked for" : "")),
      h("pre", {}, r.answer), h("p", {}, h("a", { href: "/v1/claims/" + claim + "/receipts/" + index,
        download: "receipt-" + claim.slice(0, 12) + "-" + index + ".probity" }, "Receipt"),
        h("span", { class: "soft" }, " to check offline with probity-verify; trace root ", short(r.traceRoot))));

    // What the node says, and what is shown of it.
    async function get(path) {
      const r = await fetch(path);
      if (r.ok) return r.json();
      throw new Error(r.status === 404 ? "The chain has nothing like this."
        : (await r.json().catch(() => ({}))).detail ?? "The node answered with " + r.status + ".");
    }
    let turn = 0;
    async function show(keepsPlace) {
      const mine = ++turn, [, kind, id] = location.hash.split("/");
      let content;
      try { content = pages[kind ?? ""] ? await pages[kind ?? ""](id) : [h("p", { class: "empty" }, "There is no such page.")]; }
      catch (e) { content = [h("h1", {}, "Not found"), h("p", { class: "empty" }, e.message)]; }
      if (mine !== turn) return;
      byId("main").replaceChildren(...content.flat(2));
      if (!keepsPlace) scrollTo(0, 0);
    }
    function keep(map, id, value, order) {
      map.set(id, value);
      if (map.size > kept) for (const old of [...map.entries()].sort((a, b) => order(a[1], b[1])).slice(kept)) map.delete(old[0]);
    }
    async function refresh() {
      const [status, blocks, claims, models] = await Promise.all([get("/v1/status"), get("/v1/blocks?limit=" + shown),
        get("/v1/claims?limit=100"), get("/v1/models")]);
      state.status = status;
      for (const b of blocks.items) keep(state.blocks, b.height, b, byHeight);
      for (const c of claims.items) keep(state.claims, c.id, c, byPosting);
      for (const m of models) state.models.set(m.root, m);
      byId("network").textContent = status.network + ", " + status.role;
      byId("halted").textContent = status.halted ? "The node has stopped: " + status.halted : "";
      byId("halted").hidden = !status.halted;
    }
    // Events come in bursts; what is open is drawn again a moment after the last, unless a text in it is selected.
    let timer = null;
    function changed() {
      if (timer) return;
      timer = setTimeout(async () => {
        timer = null;
        try { state.status = await get("/v1/status"); } catch { return; }
        const kind = location.hash.split("/")[1] ?? "";
        if ((kind === "" || kind === "claims" || kind === "accounts") && getSelection().isCollapsed) await show(true);
      }, 250);
    }
    function live(on) {
      byId("live").textContent = on ? "live" : "not connected, trying again";
      byId("live").className = "pill " + (on ? "on" : "off");
    }
    async function search(text) {
      const key = keyOf(text), hex = text.toLowerCase();
      if (/^\d{1,15}$/.test(text)) return "blocks/" + Number(text);
      if (key) return "accounts/" + key;
      if (!/^[0-9a-f]{64}$/.test(hex)) return null;
      if (state.models.has(hex)) return "models/" + hex;
      for (const kind of ["claims", "transactions"]) if ((await fetch("/v1/" + kind + "/" + hex)).ok) return kind + "/" + hex;
      const known = [...state.blocks.values()].find(b => b.hash === hex);
      return known ? "blocks/" + known.height : "accounts/" + hex;
    }
    byId("search").addEventListener("submit", async event => {
      event.preventDefault();
      const place = await search(byId("query").value.trim());
      if (place) { location.hash = "#/" + place; byId("query").value = ""; } else byId("main").replaceChildren(h("p", {
        class: "empty" },
        "That is no height, no address (pb1…) and no digest of 64 hexadecimal digits."));
    });
    addEventListener("hashchange", () => show(false));
    const events = new EventSource("/v1/events");
    events.onopen = async () => { live(true); try { await refresh(); await show(true); } catch { live(false); } };
    events.onerror = () => live(false);
    events.addEventListener("block", e => { const b = JSON.parse(e.data); keep(state.blocks, b.height, b, byHeight); changed(); });
    events.addEventListener("claim", e => { const c = JSON.parse(e.data); keep(state.claims, c.id, c, byPosting); changed(); });
    events.addEventListener("missed", () => refresh().then(changed).catch(() => {}));
    """#
}
