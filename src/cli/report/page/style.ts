import { style as pageStyle } from "../../page/style.ts";

/** As pages of runs look, with what plots need. */
export const style = `${pageStyle}
.candidate{--tone:var(--live)}.baseline{--tone:var(--quiet)}.best{--tone:var(--warn)}
.plot{display:block;font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow:visible}
.plot text{fill:var(--ink)}
.plot .soft{fill:var(--soft)}
.plot .mid{text-anchor:middle}.plot .end{text-anchor:end}
.fluid{max-width:100%;height:auto}
.point{fill:var(--tone);stroke:var(--ground);stroke-width:1}
.point.baseline{fill:var(--ground);stroke:var(--tone);stroke-width:2}
.reach{fill:none;stroke:var(--tone);stroke-width:2;stroke-opacity:.75}
.small{opacity:.6}
.curve{fill:none;stroke:var(--tone);stroke-width:2}
.curve.baseline{stroke-dasharray:6 3}.curve.best{stroke-dasharray:2 2}
.zero{fill:none;stroke:var(--soft);stroke-width:1.2}
.margin{stroke:var(--bad);stroke-width:1.8}
.forbidden{fill:color-mix(in srgb,var(--bad) 9%,var(--ground))}
.notch{stroke:var(--live);stroke-width:2.5}
.dotted{stroke:var(--soft);stroke-dasharray:2 4}
.plot .says{font-weight:600}
.pictures{display:flex;flex-wrap:wrap;gap:1rem 2rem}
figure{margin:.4rem 0}
figcaption{font-size:.9rem;font-weight:600;margin-left:2.1rem}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 1.2rem}
.sides>div{min-width:0}
.regression{border-top:1px solid var(--line);padding:.8rem 0}
.regression:first-of-type{border-top:0}
.regression .facts{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
td.said{vertical-align:middle}
.wide tbody th{min-width:8rem}
@media (max-width:40rem){.fluid{font-size:15px}}
@media print{.plot{max-width:100%;height:auto}.regression{break-inside:avoid}}
`;
