/**
 * Read-out of line plots under the pointer, about forty lines that run in the reader's browser. It needs no copy of
 * the data: positions are the points of each path, values stand in `data-y`, and `data-x` of the axes says how a
 * pixel becomes a number or a date.
 */
export const readoutScript = `'use strict';
(() => {
  const box = document.createElement('div'), rule = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  box.className = 'readout'; box.hidden = true; document.body.append(box); rule.setAttribute('class', 'reference');
  const points = new WeakMap();
  const pointsOf = (path) => {
    if (!points.has(path)) points.set(path, [...path.getAttribute('d').matchAll(/(-?[\\d.]+),(-?[\\d.]+)/g)].map((m) => Number(m[1])));
    return points.get(path);
  };
  const words = (kind, low, high, left, right, x) => {
    const at = (x - left) / (right - left), span = high - low, pixel = span / (right - left);
    if (kind === 'log') return Number((10 ** (Math.log10(low) + at * (Math.log10(high) - Math.log10(low)))).toPrecision(3)).toString();
    const value = low + at * span;
    if (kind === 'time') return span < 6e5 ? new Date(Math.round(value)).toISOString().slice(-13, -1) : span < 864e6 ? new Date(Math.round(value / 6e4) * 6e4).toUTCString().slice(5, 22) : new Date(value + pixel * 0.006).toUTCString().slice(5, 16);
    if (Math.abs(value - Math.round(value)) <= pixel * 0.02) return String(Math.round(value));
    const decimals = Math.max(0, Math.ceil(-Math.log10(pixel)));
    return Number(decimals > 20 ? value.toPrecision(4) : value.toFixed(decimals)).toString();
  };
  const hide = () => { box.hidden = true; rule.remove(); };
  const show = (svg, event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const axes = [...svg.querySelectorAll('.axes')].find((g) => {
      const [, , , left, right, top, bottom] = g.dataset.x.split(' ').map(Number);
      return at.x >= left - 4 && at.x <= right + 4 && at.y >= top - 4 && at.y <= bottom + 4;
    });
    const found = [];
    for (const path of axes ? axes.querySelectorAll('[data-y]') : []) {
      const xs = pointsOf(path);
      let best = 0;
      xs.forEach((x, i) => { if (Math.abs(x - at.x) < Math.abs(xs[best] - at.x)) best = i; });
      found.push({ path, x: xs[best], value: path.dataset.y.split('|')[best], far: Math.abs(xs[best] - at.x) });
    }
    const near = found.sort((a, b) => a.far - b.far)[0];
    if (!near || near.far > 40) return hide();
    const [kind, ...numbers] = axes.dataset.x.split(' '), [low, high, left, right, top, bottom] = numbers.map(Number);
    const title = document.createElement('b');
    title.textContent = words(kind, low, high, left, right, near.x);
    box.replaceChildren(title, ...found.filter((f) => Math.abs(f.x - near.x) < 1.5).map((f) => {
      const line = document.createElement('div'), dot = document.createElement('i');
      dot.style.background = getComputedStyle(f.path).stroke;
      line.append(dot, f.path.dataset.name + '  ' + f.value);
      return line;
    }));
    for (const [name, value] of Object.entries({ x1: near.x, x2: near.x, y1: top, y2: bottom })) rule.setAttribute(name, value);
    axes.append(rule);
    box.hidden = false;
    const width = box.offsetWidth, flip = event.clientX + width + 24 > innerWidth;
    box.style.left = Math.max(4, Math.min(flip ? event.clientX - width - 14 : event.clientX + 14, innerWidth - width - 4)) + 'px';
    box.style.top = Math.max(4, event.clientY - box.offsetHeight - 12) + 'px';
  };
  for (const svg of document.querySelectorAll('.bptt-plot')) {
    svg.addEventListener('pointermove', (event) => show(svg, event));
    svg.addEventListener('pointerdown', (event) => show(svg, event));
    svg.addEventListener('pointerleave', hide);
  }
  addEventListener('scroll', hide, { passive: true });
})();`;
