/** How the page looks: on a desk, on a phone, on paper; light and dark as the reader's machine is. */
export const style = `
:root{color-scheme:light dark;--ground:#fcfcfa;--panel:#f3f2ed;--ink:#1d1d1b;--soft:#5c5b55;--line:#dcdad2;--good:#1b7542;--bad:#b3261e;--live:#1d5fc4;--warn:#8a5a00;--quiet:#6b6a63;--pale:18%}
@media (prefers-color-scheme:dark){:root{--ground:#151513;--panel:#1f1e1b;--ink:#ebeae5;--soft:#a8a69d;--line:#383731;--good:#62c78b;--bad:#f2877e;--live:#82b2f8;--warn:#e0b04f;--quiet:#9c9a91;--pale:26%}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
header,main,nav,footer{max-width:74rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
code,pre,.graph .id,.timeline .lane{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
code,pre{font-size:.88em;unicode-bidi:isolate}
code{overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.18em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--live);outline-offset:2px;border-radius:3px}
h1{font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.012em;margin:.15rem 0 .6rem;max-width:52rem;text-wrap:balance}
h2{font-size:1.15rem;font-weight:650;margin:0 0 .9rem}
h3{font-size:1rem;font-weight:600;margin:0 0 .3rem}
h5{font-size:.8rem;font-weight:600;color:var(--soft);margin:.9rem 0 .25rem}
p{margin:.3rem 0}
ul{margin:.3rem 0;padding-left:1.2rem}
section{border-top:1px solid var(--line);padding:1.4rem 0 1.7rem}
.over,.note,.none,.facts dt,nav,footer{color:var(--soft)}
.over{margin:0;font-size:.9rem}
.note,.none{font-size:.9rem}
.standing{font-size:1.05rem}
dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:.7rem 1.5rem;margin:1.1rem 0 1.2rem}
dl.facts dt{font-size:.8rem}
dl.facts dd{margin:0}
nav{margin-top:1.4rem;padding-bottom:1.1rem;font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:0;padding:0}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.4rem .7rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.live{--tone:var(--live)}.warn{--tone:var(--warn)}.quiet{--tone:var(--quiet)}
.status{color:var(--tone);font-weight:600;white-space:nowrap}
.sign{vertical-align:-.12em;margin-right:.4em}
.solid{fill:var(--tone)}.line{fill:none;stroke:var(--tone);stroke-width:2}.cut{fill:none;stroke:var(--ground);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
svg.defs{position:absolute}
details>summary{cursor:pointer;padding:.15rem 0}
details>summary::marker{color:var(--soft)}
pre{margin:.3rem 0 .5rem;padding:.6rem .8rem;background:var(--panel);border-radius:5px;line-height:1.45;max-height:30rem;overflow:auto}
pre.said{white-space:pre-wrap;overflow-wrap:anywhere}
td pre.said{background:none;padding:0;margin:.1rem 0;max-height:12rem}
.scroll,.wide{overflow-x:auto;max-width:100%}
.scroll{max-height:90vh;overflow-y:auto}
.graph,.timeline{display:block;font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.graph text,.timeline text{fill:var(--ink)}
.edge{fill:none;stroke:var(--soft);stroke-opacity:.55;stroke-width:1.3}
.node{text-decoration:none;outline:none}
.box{fill:var(--ground);stroke:var(--tone);stroke-width:1.4}
.is-pending .box,.is-proposed .box{stroke-dasharray:5 4}
.is-dropped .box{stroke-dasharray:1.5 4}
.is-dropped .title{text-decoration:line-through}
.is-accepted .box{stroke:var(--line)}
.node:hover .box{fill:var(--panel)}
.node:focus-visible .box{stroke:var(--live);stroke-width:3}
.graph .id{font-weight:600}
.graph .facts{fill:var(--soft);font-size:11px}
.graph .word{fill:var(--tone);font-weight:600}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.3rem;padding:0;margin:0 0 .7rem;font-size:.85rem;color:var(--soft)}
.legend svg{vertical-align:-.15em;margin-right:.5em;overflow:visible}
.timeline{font-size:11px}
.timeline .own{font-family:inherit;font-style:italic}
.stripe{fill:var(--panel)}
.tick{stroke:var(--line);stroke-width:1}
.timeline .time{fill:var(--soft);text-anchor:middle}
.short{fill:var(--line);opacity:.55}
.bar{fill:var(--tone)}
.bar.planning{fill:var(--quiet)}
.bar.attempt.bad,.bar.attempt.warn{fill:url(#stripes);stroke:var(--bad)}
.bar.attempt.live{fill:color-mix(in srgb,var(--live) var(--pale),var(--ground));stroke:var(--live);stroke-dasharray:4 2}
.bar.attempt.quiet{fill:var(--ground);stroke:var(--quiet)}
.bar.judging{fill:var(--ink);stroke:var(--ground);stroke-width:.8}
.bar.waiting{fill:url(#dots);stroke:var(--warn);stroke-width:.8}
.bar.away{fill:var(--ground);stroke:var(--bad);stroke-dasharray:3 2}
#stripes .ground{fill:color-mix(in srgb,var(--bad) 14%,var(--ground))}
#stripes .stroke{fill:color-mix(in srgb,var(--bad) 34%,var(--ground))}
#dots .ground{fill:var(--ground)}
#dots .stroke{fill:var(--warn)}
.timeline .in{font-size:10.5px;pointer-events:none}
.timeline .in.attempt.good,.timeline .in.planning{fill:var(--ground)}
.task{border-top:1px solid var(--line);padding:.9rem 0 .5rem}
.task:first-of-type{border-top:0}
.task>.facts,.attempt .facts{color:var(--soft);font-size:.9rem}
.task>.facts{margin-bottom:.4rem}
.attempt[open]{border-left:2px solid var(--line);padding-left:.9rem;margin:.3rem 0 .8rem}
:target{scroll-margin-top:1rem}
:target>h3,:target>summary{background:var(--panel)}
.results,.files,.notes{list-style:none;padding:0}
.results li,.files li{margin:.15rem 0}
.question{margin:0 0 1rem}
table{border-collapse:collapse;font-size:.9rem;margin:.4rem 0 1.1rem}
.wide table{min-width:100%}
th,td{text-align:left;vertical-align:top;padding:.28rem .9rem .28rem 0}
thead th{font-size:.8rem;font-weight:600;color:var(--soft);border-bottom:1px solid var(--line)}
tbody th{font-weight:400}
tbody th:not([scope=rowgroup]){overflow-wrap:anywhere}
tfoot th,tfoot td{border-top:1px solid var(--line);font-weight:600}
.n{text-align:right;white-space:nowrap}
.when{white-space:nowrap}
.cost th:first-child{width:38%;overflow-wrap:anywhere}
.cost .share{width:150px;vertical-align:middle}
.cost svg{display:block}
.paid{fill:var(--soft)}
.turns{margin:.2rem 0}
.turns td{padding:.08rem .9rem .08rem 0}
.turns .n{color:var(--soft)}
.turns .words{overflow-wrap:anywhere}
.kind{display:inline-block;min-width:4.6em;color:var(--soft)}
.file{display:inline-block;padding:.15rem 0 .15rem 1.05rem}
ins{color:var(--good);text-decoration:none}
del{color:var(--bad);text-decoration:none}
.patch b{color:var(--soft);font-weight:400}
.manifest th[scope=rowgroup]{font-weight:600;padding-top:.8rem}
.manifest th[scope=row]{color:var(--soft);width:14rem}
footer{border-top:1px solid var(--line);padding-top:1rem;padding-bottom:3rem;font-size:.85rem}
@media (max-width:40rem){body{font-size:14px}header,main,nav,footer{padding-left:.9rem;padding-right:.9rem}header{padding-top:1.4rem}h1{font-size:1.4rem}dl.facts{grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}.manifest th[scope=row]{width:auto}}
@media print{:root{--ground:#fff;--panel:#f5f5f3;--ink:#000;--soft:#444;--line:#bbb;--good:#14632f;--bad:#96201a;--live:#174c9c;--warn:#6d4700;--quiet:#555;--pale:14%}body{font-size:10pt}nav,.skip{display:none}pre{max-height:none;white-space:pre-wrap}.scroll,.wide{overflow:visible;max-height:none}.graph,.timeline{max-width:100%;height:auto}details::details-content{content-visibility:visible;display:block;block-size:auto}.question,.task h3,tr{break-inside:avoid}h2,h3{break-after:avoid}*{print-color-adjust:exact}}
`;
