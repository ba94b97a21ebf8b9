// What the parts of the story share: plots, controls, and how a part is put on the page. No dependency.
globalThis.sigregStory ||= (() => {
  // --- drawing: pictures are strings of SVG ---
  const attributes = a => Object.entries(a).map(([k, v]) => ` ${k}="${typeof v === 'number' ? +v.toFixed(2) : v}"`).join('');
  const tag = (name, a, inner = '') => `<${name}${attributes(a)}>${inner}</${name}>`;
  const text = (x, y, s, cls = '') => tag('text', {x, y, class: cls}, s);
  const path = points => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const key = {cloud: '<tspan style="fill:var(--cloud)">●</tspan>', target: '<tspan style="fill:var(--target)">○</tspan>'};
  const dot = (x, y, r = 2.5, cls = 'cloud') => tag('circle', {cx: x, cy: y, r, class: cls});
  const fixed = (x, k = 2) => (Object.is(+x.toFixed(k), -0) ? 0 : x).toFixed(k).replace('-', '−');

  /** Axes of a plot, and maps X, Y from data to its pixels. */
  function axes({w = 320, h = 180, x, y, xlabel = '', ylabel = '', xticks = [], yticks = []}) {
    const l = 34, r = 8, top = 20, b = 32;
    const X = v => l + (v - x[0]) / (x[1] - x[0]) * (w-l-r), Y = v => h-b - (v - y[0]) / (y[1] - y[0]) * (h-b-top);
    const label = v => String(v).replace('-', '−');
    const frame = tag('path', {class: 'axis', d: `M${l} ${top}V${h-b}H${w-r}`})
      + xticks.map(v => text(X(v), h-b+13, label(v), 'mid')).join('')
      + yticks.map(v => tag('path', {class: 'grid', d: `M${l} ${Y(v).toFixed(1)}H${w-r}`}) + text(l-5, Y(v)+4, label(v), 'end')).join('')
      + text((l+w-r)/2, h-4, xlabel, 'mid') + text(2, 11, ylabel);
    const line = (points, cls) => tag('path', {class: cls,
      d: path(points.map(([a, c]) => [X(a), Math.max(top-6, Math.min(h-b+6, Y(c)))]))});
    return {X, Y, w, h, frame, line, bottom: h-b, top, right: w-r, left: l};
  }

  // --- controls: native ones, so that keyboard, touch and screen readers work by themselves ---
  function element(name, props = {}, parent) {
    const e = Object.assign(document.createElement(name), props);
    if (parent) parent.append(e);
    return e;
  }
  function frame(root) {
    root.className = 'sgs'; root.textContent = '';
    const ui = {controls: null, panels: null, out: null};
    ui.group = (cls = 'sgs-panels') => element('div', {className: cls}, root);
    ui.bar = (parent = root) => element('div', {className: 'sgs-controls'}, parent);
    ui.panel = (parent, w, h, cls = 'sgs-panel') => {
      const figure = element('div', {className: cls}, parent);
      figure.innerHTML = `<svg viewBox="0 0 ${w} ${h}" role="img"></svg>`;
      const svg = figure.firstChild;
      return {figure, svg, draw(inner, label) { svg.innerHTML = inner; svg.setAttribute('aria-label', label); }};
    };
    ui.slider = (bar, {name, label, min = 0, max, step = 1, value, show = v => v}, change) => {
      const box = element('label', {textContent: label + ' '}, bar), shown = element('b', {}, box);
      const input = element('input', {type: 'range', min, max, step, value, name}, box);
      const update = () => { shown.textContent = show(+input.value); input.setAttribute('aria-valuetext', shown.textContent); };
      input.setAttribute('aria-label', label);
      input.addEventListener('input', () => { update(); change(+input.value); });
      update();
      return {input, set(v) { input.value = v; update(); }};
    };
    ui.choice = (bar, {name, label, options}, change) => {
      const box = element('label', {textContent: label}, bar), select = element('select', {name}, box);
      for (const [value, shown] of Object.entries(options)) element('option', {value, textContent: shown}, select);
      select.addEventListener('change', () => change(select.value));
      return select;
    };
    ui.button = (bar, label, press) => {
      const b = element('button', {type: 'button', textContent: label}, bar);
      b.addEventListener('click', press);
      return b;
    };
    ui.output = (parent = root) => { const o = element('output', {}, parent); o.setAttribute('aria-live', 'polite'); return o; };
    ui.values = v => { root.dataset.values = JSON.stringify(v); };
    return ui;
  }
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

  function mount(part, id, data, css) {
    const root = document.getElementById(id);
    if (!document.getElementById('sgs-style')) element('style', {id: 'sgs-style', textContent: css}, document.head);
    parts[part](root, data, frame(root));
  }
  const parts = {};
  return {parts, mount, calm, element, tag, text, path, dot, key, fixed, axes};
})();
