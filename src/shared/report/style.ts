/** The look of the HTML report: data has the colour, the frame has none. */
export const css = `
:root{color-scheme:light dark;--bg:#f6f7f9;--panel:#fff;--line:#dfe3e9;--text:#1b2027;--dim:#5f6977;--faint:#98a1ae;--good:#1f8a55;--warn:#a8730b;--bad:#c4382d}
@media (prefers-color-scheme:dark){:root{--bg:#0f1216;--panel:#161a20;--line:#262c35;--text:#e6e9ee;--dim:#8d97a5;--faint:#5b6573;--good:#4fbf82;--warn:#e2b14a;--bad:#e8695f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:13px/1.45 Inter,"Segoe UI",system-ui,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1240px;margin:0 auto;padding:24px 20px 40px}
h1{font-size:20px;font-weight:600;margin:0}
h2{font-size:11px;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);margin:28px 0 8px;font-weight:600}
h3{font-size:12px;font-weight:600;margin:0 0 2px}h3 span,th span{color:var(--dim);font-weight:400}
p{margin:4px 0}.dim,footer{color:var(--dim)}
.banner{border-left:3px solid var(--warn);padding:6px 10px;margin:12px 0 0;background:var(--panel)}.banner.bad{border-color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:8px 20px;margin:16px 0 0}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.say{font-size:15px;line-height:1.55;max-width:76ch}.warnings{padding-left:18px;margin:4px 0}
.wide{overflow-x:auto;border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}
th,td{padding:5px 6px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;vertical-align:top}
thead th{color:var(--dim);font-weight:500}
th:first-child,td:first-child,.checks td{text-align:left}td.long{white-space:normal;width:100%}
tbody th{font-weight:400}tbody th b{font-weight:600}tbody th>span,td>span{display:block;font-size:11.5px;color:var(--dim)}tbody th>span{margin-left:34px;white-space:normal;overflow-wrap:anywhere;min-width:180px}
.key{margin-right:8px;vertical-align:middle}.key line{stroke-width:3}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 10px}
.dot{width:8px;height:8px;border-radius:50%;display:inline-block;margin-right:6px;background:var(--faint)}
.dot.good{background:var(--good)}.dot.bad{background:var(--bad)}.dot.warn{background:var(--warn)}
figure{margin:0;padding:8px 0 4px;border-top:1px solid var(--line);break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
figure path{fill:none;stroke-width:1.6;stroke-linejoin:round}
figcaption{color:var(--faint);font-size:11px;text-align:right}
.grid{stroke:var(--line);stroke-width:1}.tick{fill:var(--dim);font-size:10px}.none{fill:var(--faint);font-size:13px}
.mark{stroke:var(--dim);stroke-width:.8;stroke-dasharray:2 3}.mark.bad{stroke:var(--bad)}.mark.good{stroke:var(--good)}
.events{list-style:none;margin:0;padding:0}.events li{display:grid;grid-template-columns:76px 1fr;padding:2px 0}.events time{color:var(--dim)}
.terms{display:grid;gap:8px;max-width:90ch;margin:0}
footer{margin-top:28px;padding-top:10px;border-top:1px solid var(--line);font-size:12px}
@media print{body{background:none}main{padding:0}}
`
