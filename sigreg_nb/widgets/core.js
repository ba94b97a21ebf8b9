// What the parts of the story share: plots, controls, and how a part is put on the page. No dependency.
globalThis.sigregStory ||= (() => {
  // --- drawing: plots are strings of SVG (what moves in space is a canvas, see space.js) ---
  const attributes = a => Object.entries(a).map(([k, v]) => ` ${k}="${typeof v === 'number' ? +v.toFixed(2) : v}"`).join('');
  const tag = (name, a, inner = '') => `<${name}${attributes(a)}>${inner}</${name}>`;
  const text = (x, y, s, cls = '') => tag('text', {x, y, class: cls}, s);
  const path = points => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const key = {cloud: '<tspan style="fill:var(--cloud)">●</tspan>', target: '<tspan style="fill:var(--target)">○</tspan>'};
  const dot = (x, y, r = 2.5, cls = 'cloud') => tag('circle', {cx: x, cy: y, r, class: cls});
  const fixed = (x, k = 2) => (Object.is(+x.toFixed(k), -0) ? 0 : x).toFixed(k).replace('-', '−');
  const clamp = (x, low = 0, high = 1) => Math.max(low, Math.min(high, x));

  /** Axes of a plot, and maps X, Y from data to its pixels. */
  function axes({w = 320, h = 180, x, y, xlabel = '', ylabel = '', xticks = [], yticks = []}) {
    const l = 34, r = 8, top = 20, b = 32;
    const X = v => l + (v - x[0]) / (x[1] - x[0]) * (w-l-r), Y = v => h-b - (v - y[0]) / (y[1] - y[0]) * (h-b-top);
    const label = v => String(v).replace('-', '−');
    const frame = tag('path', {class: 'axis', d: `M${l} ${top}V${h-b}H${w-r}`})
      + xticks.map(v => text(X(v), h-b+13, label(v), 'mid')).join('')
      + yticks.map(v => tag('path', {class: 'grid', d: `M${l} ${Y(v).toFixed(1)}H${w-r}`}) + text(l-5, Y(v)+4, label(v), 'end')).join('')
      + text((l+w-r)/2, h-4, xlabel, 'mid') + text(2, 11, ylabel);
    const line = (points, cls) => tag('path', {class: cls, d: path(points.map(([a, c]) => [X(a), clamp(Y(c), top-6, h-b+6)]))});
    return {X, Y, w, h, frame, line, bottom: h-b, top, right: w-r, left: l};
  }
  /** The standard normal density as points of a curve. */
  const bell = Array.from({length: 65}, (_, i) => { const v = -4 + i/8; return [v, Math.exp(-v*v/2)/Math.sqrt(2*Math.PI)]; });

  // --- controls: native ones, so that keyboard, touch and screen readers work by themselves ---
  function element(name, props = {}, parent) {
    const e = Object.assign(document.createElement(name), props);
    if (parent) parent.append(e);
    return e;
  }
  function slider(bar, {name, label, min = 0, max, step = 1, value, show = v => v}, change) {
    const box = element('label', {}, bar), line = element('span', {textContent: label + ' '}, box), shown = element('b', {}, line);
    const input = element('input', {type: 'range', min, max, step, value, name}, box);
    const update = () => {
      shown.textContent = show(+input.value); input.setAttribute('aria-valuetext', shown.textContent);
      input.dispatchEvent(new Event('shown'));                     // a number in the text follows, see `scrub`
    };
    input.setAttribute('aria-label', label);
    input.addEventListener('input', () => { update(); change(+input.value); });
    update();
    return {input, set(v, most = input.max) { input.max = most; input.value = v; update(); }};
  }
  function choice(bar, {name, label, options}, change) {
    const box = element('label', {textContent: label}, bar), select = element('select', {name}, box);
    for (const [value, shown] of Object.entries(options)) element('option', {value, textContent: shown}, select);
    select.addEventListener('change', () => change(select.value));
    return select;
  }
  function button(bar, label, press, className = '') {
    const b = element('button', {type: 'button', textContent: label, className}, bar);
    b.addEventListener('click', () => press(b));
    return b;
  }
  /** A question before the answer: any choice shows which one is right, and why. `hides` blurs what shows the answer, until a choice, or until the reader plays. */
  function guess(parent, {question, options, answer, because}, after = () => {}) {
    const box = element('div', {className: 'sgs-guess', role: 'group'}, parent), ask = element('span', {}, box);
    ask.innerHTML = '<strong>Your guess.</strong> '; ask.append(question); box.setAttribute('aria-label', question);
    const bar = element('div', {className: 'sgs-options'}, box), told = element('div', {className: 'sgs-told'}, box);
    told.setAttribute('aria-live', 'polite');
    const all = options.map((label, i) => button(bar, label, () => {
      all.forEach((b, j) => { b.setAttribute('aria-pressed', i === j); b.classList.toggle('sgs-true', j === answer); });
      told.textContent = (i === answer ? 'Yes: ' : `No, ${options[answer]}: `) + because;
      open(); after(i);
    }));
    all.forEach(b => b.setAttribute('aria-pressed', false));
    const veiled = [], open = () => veiled.forEach(e => e.classList.remove('sgs-veil'));
    for (const kind of ['input', 'change']) parent.addEventListener(kind, open);
    return {hides(...figures) {
      veiled.push(...figures);
      for (const f of figures) { f.classList.add('sgs-veil'); f.addEventListener('click', open); }
    }};
  }
  function frame(root) {
    root.classList.add('sgs'); root.textContent = '';
    const ui = {slider, choice, button, guess};
    ui.group = (cls = 'sgs-panels', parent = root) => element('div', {className: cls}, parent);
    ui.bar = (parent = root) => element('div', {className: 'sgs-controls'}, parent);
    ui.panel = (parent, w, h, cls = 'sgs-panel') => {
      const figure = element('div', {className: cls}, parent);
      figure.innerHTML = `<svg viewBox="0 0 ${w} ${h}" role="img"></svg>`;
      const svg = figure.firstChild;
      return {figure, svg, draw(inner, label) { svg.innerHTML = inner; if (label) svg.setAttribute('aria-label', label); }};
    };
    ui.output = (parent = root) => { const o = element('output', {}, parent); o.setAttribute('aria-live', 'polite'); return o; };
    /** Calls f when the part comes to the middle of the window: the picture that stays in view then shows its cloud. */
    ui.near = f => new IntersectionObserver(all => { if (all.at(-1).isIntersecting) f(); }, {rootMargin: '-45% 0px -45% 0px'}).observe(root);
    ui.values = v => { root.dataset.values = JSON.stringify(v); };
    return ui;
  }

  // --- time ---
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  /** Draws at every frame while `root` is on the screen and the last drawing asked for more; the result asks for one. */
  function frames(root, draw) {
    let waiting = 0, seen = true;
    const tick = now => { waiting = 0; if (root.isConnected && draw(now) && seen) wake(); };
    const wake = () => { waiting ||= requestAnimationFrame(tick); };
    new IntersectionObserver(all => { seen = all.at(-1).isIntersecting; if (seen) wake(); }).observe(root);
    root.redraw = draw;                                            // so that a test can take its time
    return wake;
  }

  // --- the page around the parts ---
  const news = new EventTarget();                                  // what one part says and another shows
  const tell = (name, detail) => news.dispatchEvent(new CustomEvent(name, {detail}));
  const hear = (name, listen) => news.addEventListener(name, e => listen(e.detail));

  /** Light text means a dark page, whoever made it: Quarto, Jupyter, Colab, the system. */
  function theme() {
    for (const root of document.querySelectorAll('.sgs')) {
      const [r, g, b] = getComputedStyle(root.parentElement).color.match(/[\d.]+/g).map(Number);
      root.classList.toggle('sgs-dark', .3*r + .6*g + .1*b > 128);
    }
    tell('theme');
  }
  function watch() {
    const soon = () => { theme(); setTimeout(theme, 400); };       // a style sheet may arrive after the class
    new MutationObserver(soon).observe(document.body, {attributes: true, attributeFilter: ['class', 'data-jp-theme-name']});
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', soon);
    addEventListener('load', soon);
  }
  /** A number in the text, class "sgs-scrub PART-NAME", becomes a second handle of that part's slider. */
  function scrub(span) {
    const [part, name] = [...span.classList].find(c => c !== 'sgs-scrub').split('-');
    const input = document.querySelector(`#story-${part} input[name="${name}"]`);
    if (!input || span.role) return;
    const show = () => {
      span.textContent = input.getAttribute('aria-valuetext');
      for (const [k, v] of Object.entries({valuenow: input.value, valuemin: input.min, valuemax: input.max, valuetext: span.textContent}))
        span.setAttribute('aria-' + k, v);
    };
    const go = v => { input.value = v; input.dispatchEvent(new Event('input')); };
    span.role = 'slider'; span.tabIndex = 0; span.title = 'drag, or use the arrow keys';
    span.setAttribute('aria-label', input.ariaLabel || input.getAttribute('aria-label'));
    input.addEventListener('shown', show); show();
    const pixels = () => Math.max(3, 240/((input.max - input.min)/input.step));
    let from = null;
    span.addEventListener('pointerdown', e => { from = [e.clientX, +input.value]; span.setPointerCapture(e.pointerId); e.preventDefault(); span.focus(); });
    span.addEventListener('pointermove', e => { if (from) go(from[1] + Math.round((e.clientX - from[0])/pixels())*input.step); });
    for (const end of ['pointerup', 'pointercancel']) span.addEventListener(end, () => { from = null; });
    const steps = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10};
    span.addEventListener('keydown', e => {
      const to = e.key === 'Home' ? input.min : e.key === 'End' ? input.max : e.key in steps ? +input.value + steps[e.key]*input.step : null;
      if (to !== null) { e.preventDefault(); go(to); }
    });
  }
  function mount(part, data) {
    const root = document.getElementById('story-' + part);
    if (!root) return;
    if (!document.getElementById('sgs-style')) { element('style', {id: 'sgs-style', textContent: css}, document.head); watch(); }
    document.documentElement.classList.add('sgs-on');              // hides the still pictures
    const ui = frame(root);
    theme();
    parts[part](root, data, ui);
    const link = () => document.querySelectorAll('.sgs-scrub').forEach(scrub);
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', link, {once: true}); else link();
  }
  /** Puts the parts on the page that wait for these scripts. */
  function start(style) { css ||= style; while (css && sigregParts.length) sigregParts.shift()(); }
  globalThis.sigregParts ||= [];
  let css;
  const parts = {};
  return {parts, mount, start, calm, frames, tell, hear, element, tag, text, path, dot, key, fixed, clamp, bell, axes};
})();
