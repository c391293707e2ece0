/** Of the HTML report: on a screen, narrow or wide, and on paper. */
const DEPTHS = Array.from({ length: 15 }, (_, d) => `.tree .d${d}{margin-left:${d * 1.1}rem}`).join('');

export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#14181b;--muted:#5b6670;--line:#d9dee3;--sunken:#f5f7f7;--accent:#0f766e;--critical:#a8123c;--high:#b8480f;--medium:#8a6500;--low:#33689c;--informational:#66717b}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--paper);font:15px/1.65 Pretendard,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",system-ui,sans-serif;word-break:keep-all;overflow-wrap:break-word}
article{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
article+article{border-top:4px solid var(--accent)}
h1{font-size:1.7rem;line-height:1.3;margin:.2rem 0 1.2rem}
h2{font-size:1.3rem;margin:2.6rem 0 .8rem;padding-bottom:.3rem;border-bottom:2px solid var(--accent)}
h3{font-size:1.1rem;margin:1.9rem 0 .6rem}
h4{font-size:1rem;margin:1.4rem 0 .4rem;color:var(--muted)}
.label{color:var(--accent);font-weight:700;margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.4rem;margin:1rem 0}
dt{color:var(--muted)}dd{margin:0;min-width:0}
nav ol{list-style:none;padding:0;margin:0;columns:2 18rem}
nav .d2{padding-left:1.2rem}
a{color:var(--accent)}
.muted,.note{color:var(--muted)}.note{font-size:.88rem}
code{font:.86em/1.5 "JetBrains Mono",Consolas,Menlo,"D2Coding",monospace,"Malgun Gothic";white-space:pre-wrap;overflow-wrap:anywhere}
.figures{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.7rem;padding:0}
.figures li{background:var(--sunken);border-radius:6px;padding:.7rem .9rem;color:var(--muted);font-size:.85rem}
.figures b{display:block;font-size:1.5rem;color:var(--ink);line-height:1.3}
.scroll{overflow-x:auto}.fit code{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.5}
th{text-align:left;color:var(--muted);border-bottom:2px solid var(--ink);padding:.4rem .5rem;vertical-align:bottom;white-space:nowrap}
td{border-bottom:1px solid var(--line);padding:.4rem .5rem;vertical-align:top}
.fit{white-space:nowrap;width:1%}.wide{min-width:9rem}.end{text-align:right}
.level{white-space:nowrap}
.level.critical,.level.critical span{color:var(--critical)}.level.high,.level.high span{color:var(--high)}.level.medium,.level.medium span{color:var(--medium)}.level.low,.level.low span{color:var(--low)}.level.informational,.level.informational span{color:var(--informational)}
figure{margin:1.2rem 0}figure svg{max-width:100%;height:auto}
.tree div{margin-top:.25rem}.tree .host{font-size:1.05rem;margin-top:1rem}
.tree .command,.tree .decoded{background:var(--sunken);border-radius:4px;padding:.35rem .6rem}
${DEPTHS}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12171b;--ink:#e6eaed;--muted:#a7b1ba;--line:#333c44;--sunken:#1d2429;--accent:#4cc4b4;--critical:#ff8ba7;--high:#ff9d66;--medium:#e0b64a;--low:#8fbdec;--informational:#a7b1ba}figure svg{background:#fff;border-radius:6px;padding:.5rem}}
@media print{:root{color-scheme:light}article{max-width:none;padding:0}h2,h3,h4{break-after:avoid}tr,figure,.tree div{break-inside:avoid}thead{display:table-header-group}article+article{break-before:page}}
`.trim();
