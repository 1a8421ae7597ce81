/**
 * Boxes, arrows and formulas for the pictures of the derivations: SVG text, drawn for light and dark, with its words for those who do not see it.
 *
 * Kinds say what a stroke means and look different without colour too: `forward` solid, `backward` dashed, `cut` dotted.
 */
const LIGHT = '--ink:#1f2328;--soft:#656d76;--paper:#fff;--fill:#f6f8fa;--forward:#0550ae;--backward:#bc4c00;--hot:#fff1e5;--cool:#ddf4ff';
const DARK = '--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--fill:#161b22;--forward:#79c0ff;--backward:#ffa657;--hot:#3d2305;--cool:#0c2d4a';
const STYLE = `.picture{${LIGHT};font:14px system-ui,sans-serif;background:var(--paper)}@media(prefers-color-scheme:dark){:root.picture{${DARK}}}html.dark .picture{${DARK}}
.picture text{fill:var(--ink)}.picture .soft{fill:var(--soft)}.picture .forward{fill:var(--forward)}.picture .backward{fill:var(--backward)}
.picture rect,.picture circle,.picture path{stroke:var(--ink);stroke-width:1.4;fill:none}.picture .box{fill:var(--fill)}.picture .hot{fill:var(--hot)}.picture .cool{fill:var(--cool)}
.picture path.forward{stroke:var(--forward);fill:none;stroke-width:1.8}.picture path.backward{stroke:var(--backward);fill:none;stroke-width:1.8;stroke-dasharray:6 4}
.picture path.cut{stroke:var(--soft);stroke-dasharray:2 4}.picture path.thin{stroke:var(--soft);stroke-width:1}
.picture path.tip{stroke:none}.picture path.tip.forward{fill:var(--forward)}.picture path.tip.backward{fill:var(--backward);stroke-dasharray:none}.picture path.tip.plain{fill:var(--ink)}.picture path.tip.cut{fill:var(--soft)}
.picture .it{font-style:italic}.picture .id{font-size:11px;font-weight:600}.picture .small{font-size:12px}.picture .big{font-weight:600;font-size:15px}`;

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const n = (value) => String(Math.round(value * 100) / 100);

/** A whole picture. @param description what it shows, for those who do not see it. */
export function picture({ width, height, title, description }, ...parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escape(`${title}. ${description}`)}">
<title>${escape(title)}</title><desc>${escape(description)}</desc><style>${STYLE}</style>
${parts.flat(Infinity).join('\n')}
</svg>\n`;
}

/** `h_{t-1}`: what follows _ is set lower, and what follows ^ higher. */
function spans(label) {
  let shifted = 0;
  return [...String(label).matchAll(/([_^])(?:\{([^}]*)\}|(.))|([^_^]+)/g)].map(([, mark, group, single, plain]) => {
    const dy = mark === '_' ? 4 : mark === '^' ? -5 : 0;
    const move = dy - shifted;
    shifted = dy;
    const attributes = `${move === 0 ? '' : ` dy="${move}"`}${mark ? ' font-size="10"' : ''}`;
    const text = escape(plain ?? group ?? single);
    return attributes === '' ? `<tspan>${text}</tspan>` : `<tspan${attributes}>${text}</tspan>`;
  }).join('');
}

/** @param kind classes: it (italic), id, small, big, soft, forward, backward. */
export function text(x, y, label, kind = '', anchor = 'middle') {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}>${spans(label)}</text>`;
}

export function box(x, y, width, height, label = '', kind = 'box', labelKind = '') {
  return [`<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="6" class="${kind}"/>`, ...(label === '' ? [] : [text(x + width / 2, y + height / 2 + 5, label, labelKind)])];
}

/** A small circle that joins or multiplies. */
export function node(x, y, label, radius = 13) {
  return [`<circle cx="${n(x)}" cy="${n(y)}" r="${radius}" class="box"/>`, text(x, y + 5, label)];
}

/** A line through points, rounded at none of them, with a tip at the end unless told otherwise. */
export function arrow(points, kind = 'plain', { tip = true } = {}) {
  const [last, before] = [points.at(-1), points.at(-2)];
  const angle = Math.atan2(last[1] - before[1], last[0] - before[0]);
  const at = (along, across) => `${n(last[0] - along * Math.cos(angle) - across * Math.sin(angle))} ${n(last[1] - along * Math.sin(angle) + across * Math.cos(angle))}`;
  const end = tip ? [last[0] - 6 * Math.cos(angle), last[1] - 6 * Math.sin(angle)] : last;
  const line = `<path class="${kind}" d="M${[...points.slice(0, -1), end].map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}"/>`;
  return tip ? [line, `<path class="tip ${kind}" d="M${at(0, 0)}L${at(9, 4.5)}L${at(9, -4.5)}Z"/>`] : [line];
}

/** A curve through points, no tip: something measured. */
export function curve(points, kind = 'forward') {
  return `<path class="${kind}" d="M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}"/>`;
}
