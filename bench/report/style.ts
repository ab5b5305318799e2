// The style of the HTML report: one column on a phone, two charts side by side on a desk, light and dark by the reader's system.
export const STYLE = `
:root { color-scheme: light dark;
  --bg:#fbfbfa; --card:#ffffff; --fg:#1d2329; --muted:#66707b; --line:#dfe3e7; --grid:#e9ecef; --good:#1a7f45; --bad:#c02f3c; --note:#94620a;
  --goodbg:#e6f4ea; --badbg:#fdebec; --notebg:#fbf1dd;
  --s0:#2f6fd0; --s1:#d8602a; --s2:#26956a; --s3:#9a45b5; --s4:#b78a12; --s5:#cf3a67; --s6:#1797a6; --s7:#7a8088; --s8:#6d5ae0; --s9:#8a5a2b }
@media (prefers-color-scheme: dark) { :root {
  --bg:#14171a; --card:#1b1f23; --fg:#e4e7ea; --muted:#9aa4ae; --line:#30363c; --grid:#2a2f34; --good:#5fcf8b; --bad:#ff7f88; --note:#e5b454;
  --goodbg:#16301f; --badbg:#3a1b1e; --notebg:#332812;
  --s0:#6ea3f5; --s1:#f08a56; --s2:#57c79a; --s3:#c98be0; --s4:#dfb84a; --s5:#f2719a; --s6:#52c5d2; --s7:#a4abb3; --s8:#a495ff; --s9:#c69463 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px }
h2 { font-size: 1.25rem; margin: 0 0 6px; line-height: 1.3 }
h3 { font-size: 1rem; margin: 20px 0 8px }
a { color: var(--s0) }
code { font: 0.9em ui-monospace, monospace; background: var(--grid); padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere }
.muted, .source { color: var(--muted); font-size: .9rem; margin: 4px 0; overflow-wrap: anywhere }
section, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 18px 0 }
section section, .charts > figure { margin: 0; border: 0; padding: 0 }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 26px 28px; margin: 18px 0 4px }
figure { min-width: 0; scroll-margin-top: 12px }
figcaption { font-weight: 600; margin-bottom: 6px; line-height: 1.35 }
svg { display: block; width: 100%; height: auto; max-width: 620px; overflow: visible }
svg text { font: 12.5px system-ui, sans-serif; fill: var(--muted) }
svg .label, svg .barlabel { fill: var(--fg) }
.grid { stroke: var(--grid) } .axis { stroke: var(--muted) }
.mark { stroke: var(--muted); stroke-dasharray: 3 3 } 
.curve path { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round } .curve circle { fill: var(--c); stroke: var(--card); stroke-width: 1 }
.curve circle:hover { stroke: var(--fg) }
.reference path { stroke-dasharray: 5 4; stroke-width: 1.4; opacity: .8 } .reference circle { opacity: .8 }
rect:hover { opacity: .8 }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 6px 0 0; padding: 0; list-style: none; font-size: .84rem }
.legend li { display: flex; align-items: center; gap: 6px }
.swatch { width: 14px; height: 10px; border-radius: 2px; background: var(--c); flex: none }
.swatch.reference { height: 0; border-top: 2px dashed var(--c); background: none; border-radius: 0 }
.scroll { overflow-x: auto; margin: 10px 0; -webkit-overflow-scrolling: touch }
table { border-collapse: collapse; font-size: .9rem; width: 100% }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--muted); font-weight: 600 }
.numbers { width: auto } .numbers th, .numbers td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding: 3px 0 3px 18px }
.numbers th:first-child, .numbers td:first-child { text-align: left; padding-left: 0 }
.badge { display: inline-block; padding: 0 8px; border-radius: 999px; font-size: .82rem; font-weight: 600; white-space: nowrap }
.good { color: var(--good); background: var(--goodbg) } .bad { color: var(--bad); background: var(--badbg) } .note { color: var(--note); background: var(--notebg) }
summary { cursor: pointer; color: var(--muted); margin-top: 10px }
@media (max-width: 640px) {
  main { padding: 16px 10px 48px } section, .card { padding: 12px; border-radius: 8px }
  svg text { font-size: 14px }
  .stack thead { display: none } .stack tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line) }
  .stack td { display: block; border: 0; padding: 1px 0 } .stack td[data-name]::before { content: attr(data-name) ": "; color: var(--muted) }
}
@media print { body { background: none } section, .card { break-inside: avoid } }
`
