extension Explorer {
  /// The look of the page: light or dark as the reader's system is, tables that become cards on a phone.
  static let style = #"""
    :root {
      color-scheme: light dark;
      --ground: #f6f7f9; --card: #fff; --text: #17202c; --soft: #5b6675; --line: #dfe3e9; --accent: #1a5fd0;
      --amber: #8a5a00; --amber-ground: #fff3d6; --green: #12683a; --green-ground: #dcf5e5; --red: #a3161f; --red-ground: #fde3e4;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #10151c; --card: #19202a; --text: #e6ebf2; --soft: #97a3b4; --line: #2b3543; --accent: #78aaff;
        --amber: #f5c563; --amber-ground: #3a2d10; --green: #6fdc9c; --green-ground: #143524; --red: #ff8d93; --red-ground: #43191d;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1160px; padding: 0 1.25rem 2rem; background: var(--ground); color: var(--text);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
    a { color: var(--accent); text-decoration: none; } a:hover, a:focus-visible { text-decoration: underline; }
    header { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; padding: 1rem 0; }
    .brand { font-size: 1.3rem; font-weight: 700; color: var(--text); letter-spacing: -.01em; margin-right: .2rem; }
    form { flex: 1 1 18rem; }
    input { width: 100%; padding: .5rem .8rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; }
    input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    .pill { display: inline-block; padding: .1rem .6rem; border-radius: 99px; border: 1px solid var(--line); color: var(--soft);
      font-size: .82rem; white-space: nowrap; }
    .pill:empty { display: none; }
    .pill.on::before { content: "●"; color: #21a35b; margin-right: .35rem; } .pill.off::before { content: "●"; color: #d33;
    margin-right: .35rem; }
    .state { display: inline-block; padding: .05rem .55rem; border-radius: 6px; font-size: .85rem; font-weight: 600; white-space: nowrap;
    }
    .pending { color: var(--amber); background: var(--amber-ground); } .finalized { color: var(--green); background: var(--green-ground);
    }
    .slashed, .refused { color: var(--red); background: var(--red-ground); } .accepted { color: var(--green);
    background: var(--green-ground); }
    .alarm { padding: .6rem .9rem; border-radius: 8px; color: var(--red); background: var(--red-ground); }
    h1 { font-size: 1.35rem; margin: .6rem 0 1rem; display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
    h2 { font-size: 1.05rem; margin: 1.8rem 0 .6rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(125px, 1fr)); gap: .7rem; margin: .2rem 0 0; }
    .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .6rem .85rem; min-width: 0; }
    .tiles dt { color: var(--soft); font-size: .8rem; }
    .tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow: hidden;
    text-overflow: ellipsis; }
    .tiles dd.pending, .tiles dd.finalized, .tiles dd.slashed { background: none; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: .5rem .85rem; border-bottom: 1px solid var(--line); vertical-align: middle; }
    tbody tr:last-child td { border-bottom: 0; } td { white-space: nowrap; } td.wrap { white-space: normal; }
    tbody tr:hover { background: color-mix(in srgb, var(--accent) 6%, transparent); }
    th { color: var(--soft); font-weight: 500; font-size: .8rem; }
    code, .hex { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .87em; }
    .fields { margin: 0; padding: .3rem .95rem; display: grid; grid-template-columns: max-content minmax(0, 1fr); column-gap: 1.4rem; }
    .fields dt { color: var(--soft); padding: .4rem 0; } .fields dd { margin: 0; padding: .4rem 0; overflow-wrap: anywhere; }
    .soft { color: var(--soft); } .empty { color: var(--soft); padding: .8rem .95rem; margin: 0; }
    .record { padding: .8rem .95rem; border-bottom: 1px solid var(--line); } .record:last-child { border-bottom: 0; }
    .record p { margin: 0 0 .3rem; }
    pre { margin: .2rem 0 .7rem; padding: .6rem .8rem; border-radius: 8px; background: var(--ground); white-space: pre-wrap;
      overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; max-height: 22rem; overflow-y: auto; }
    progress { width: 5.5rem; height: .5rem; vertical-align: middle; margin-right: .5rem; border: 0; border-radius: 99px;
      background: var(--line); overflow: hidden; appearance: none; }
    progress::-webkit-progress-bar { background: var(--line); }
    progress::-webkit-progress-value { background: #d08a00; } progress::-moz-progress-bar { background: #d08a00; }
    footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; display: flex; gap: 1rem; }
    @media (max-width: 720px) {
      body { padding: 0 .8rem 1.5rem; }
      thead { display: none; } tr { display: block; padding: .45rem 0; border-bottom: 1px solid var(--line); }
      tbody tr:last-child { border-bottom: 0; }
      td { display: flex; justify-content: space-between; gap: 1rem; padding: .18rem .85rem; border: 0; text-align: right; }
      td::before { content: attr(data-label); color: var(--soft); text-align: left; } td.empty { display: block; text-align: left; }
      td.wrap { text-align: right; overflow-wrap: anywhere; }
      .fields { grid-template-columns: minmax(0, 1fr); } .fields dt { padding-bottom: 0; } .fields dd { padding-top: 0; }
      .tiles { grid-template-columns: repeat(auto-fit, minmax(96px, 1fr)); }
    }
    """#
}
