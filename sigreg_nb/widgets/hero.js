// The cloud of the story in its target surface, slice after slice; it stays in view while the page scrolls.
sigregStory.parts.hero = (root, data, ui) => {
  const {tag, text, fixed, axes, bell, clamp, element, calm, frames, tell, hear} = sigregStory;
  const {project, eppsPulley, mean, cloud, shape, directions} = sigregStory;
  const x = cloud(), shapes = Object.fromEntries(Object.keys(data.names).map(name => [name, shape(name, x)]));
  const A = directions(data.slices), MAKE = 1700;                // milliseconds in which a plane is made
  const state = {cloud: 'gaussian', count: 1, shown: 1};
  let own = shapes.gaussian, goal = own, z = own, label = '';     // the chosen cloud, the one that is asked for, the one that is drawn
  let born = [], scores = [], shadows = [];                      // of each plane
  let still = calm(), last = 0, plotted = '', span = 3.7;

  // --- what is on the page ---
  element('div', {className: 'sgs-question', textContent: data.question}, root);
  const panels = ui.group('sgs-hero'), left = ui.group('sgs-left', panels), right = ui.group('sgs-right', panels);
  const holder = ui.group('sgs-holder', left), stage = ui.group('sgs-stage', holder), canvas = element('canvas', {}, stage);
  const score = ui.group('sgs-score', stage), what = ui.group('sgs-what', stage);
  const hide = ui.button(stage, '×', () => { stage.classList.remove('sgs-docked'); hidden = true; }, 'sgs-hide');
  hide.setAttribute('aria-label', 'Hide the small picture');
  const bar = ui.bar(left);
  ui.button(bar, 'Add slice plane', () => add(1), 'sgs-main');
  ui.button(bar, 'Add ten', () => add(10));
  ui.button(bar, 'Start again', () => { state.count = state.shown = 1; born = []; begin(1); });
  const spin = ui.button(bar, '', () => { still = !still; said(); });
  const said = () => { spin.textContent = still ? 'Turn' : 'Stop turning'; wake(); };
  const pick = ui.choice(bar, {name: 'cloud', label: 'Cloud', options: data.names}, choose);
  const shadow = ui.panel(right, 320, 150, ''), history = ui.panel(right, 320, 140, ''), sliders = ui.bar(right);
  const count = ui.slider(sliders, {name: 'slices', label: 'Slices', min: 1, max: A.length, value: 1}, k => begin(k, true));
  const shown = ui.slider(sliders, {name: 'shown', label: 'Plane shown', min: 1, max: 1, value: 1}, show);
  const note = element('div', {className: 'sgs-caption sgs-note'}, right), out = ui.output();

  const scene = sigregStory.space(canvas, {turn: 30, tilt: 16});
  const best = Math.log2(data.floor), color = T => {            // blue: fits the target; gold: does not
    const f = clamp((Math.log2(Math.max(T, 1e-3)) - best)/3.5), mix = (a, b) => Math.round(a + (b - a)*f);
    return `rgb(${mix(46, 240)} ${mix(134, 158)} ${mix(193, 0)})`;
  };

  // --- state ---
  /** k slices; those that are new are built one after the other, or are there at once. */
  function begin(k, atOnce = false) {
    const now = performance.now();
    for (let i = 0; i < k; i++) born[i] ??= atOnce || calm() ? -1e9 : now + 130*Math.max(0, i - state.count);
    born.length = k; state.count = k; state.shown = k;
    settle();
  }
  const add = k => begin(Math.min(A.length, state.count + k));
  function show(i) { state.shown = i; settle(); }
  function choose(name) { state.cloud = name; own = shapes[name]; label = ''; to(own); settle(); }
  function to(points) {
    goal = points;
    const r = points.map(p => Math.hypot(...p)).sort((a, b) => a - b);
    span = Math.max(3.7, 1.25*r[Math.floor(.8*r.length)]);       // far points stay in the picture when they are many
    if (calm()) { z = goal; scene.half = span; measure(); plotted = ''; }
    wake();
  }
  /** The cloud that is drawn runs after the one that is asked for. */
  function follow(pause) {
    if (z === goal) return false;
    const f = 1 - Math.exp(-pause/110);
    let far = 0;
    z = z.map((p, i) => p.map((v, j) => { const d = goal[i][j] - v; far = Math.max(far, Math.abs(d)); return v + f*d; }));
    scene.half += f*(span - scene.half);
    if (far < .003) { z = goal; scene.half = span; }
    measure();
    return true;
  }
  /** Numbers for the text, the labels and the other parts. */
  function settle() {
    count.set(state.count); shown.set(state.shown, state.count); pick.value = state.cloud;
    const all = A.slice(0, state.count).map(a => eppsPulley(project(own, a))), T = all[state.shown-1], M = mean(all);
    const name = data.names[state.cloud], planes = `${state.count} slice plane${state.count > 1 ? 's' : ''}`;
    out.textContent = `${name}, slice ${state.shown} of ${state.count}: score ${fixed(T)}. Mean over the slices: ${fixed(M)}. `
      + `A Gaussian cloud scores ${fixed(data.floor)} on average.`;
    note.textContent = state.cloud === 'gaussian' ? data.why : '';
    canvas.setAttribute('aria-label', `${name}: ${own.length} points in three dimensions inside the target surface, with ${planes}; `
      + `the mean score is ${fixed(M)}. Arrow keys turn it, Enter adds a slice plane.`);
    ui.values({...state, score: T, mean: M});
    tell('slice', A[state.shown-1]);
    measure(); wake();
  }
  function measure() {
    shadows = A.slice(0, state.count).map(a => project(z, a)); scores = shadows.map(u => eppsPulley(u));
  }

  // --- one plane ---
  const along = (a, s, b, r) => a.map((v, i) => s*v + r*b[i]);
  function upright(a) {                                          // the direction in the plane that points up most
    const up = Math.abs(a[2]) < .95 ? [0, 0, 1] : [1, 0, 0], [s] = project([up], a), b = up.map((v, i) => v - s*a[i]);
    return b.map(v => v/Math.hypot(...b));
  }
  const B = A.map(upright), normal = (a, b) => [a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]];
  const age = (i, now) => clamp((now - born[i])/MAKE), soft = f => 1 - (1 - f)**3, LONG = 3.2;
  /** How far point i has fallen when its plane has age p. */
  const fallen = (i, p) => clamp((p - .2 - .3*(i*.618 % 1))/.3)**2;
  const BINS = 17, WIDE = 8/BINS, bin = v => Math.floor(clamp((v + 4)/WIDE, 0, BINS - 1));
  function heights(u, p) {                                       // of the histogram, when only some points have landed
    const count = new Array(BINS).fill(0);
    u.forEach((v, i) => { if (fallen(i, p) >= 1) count[bin(v)]++; });
    return count.map(c => c/u.length/WIDE);
  }
  function outline(i, grow, active) {
    const a = A[i], b = B[i], s = LONG*grow, low = -1.5*grow, high = 1.9*grow, stroke = color(scores[i]);
    const corners = [[-s, low], [s, low], [s, high], [-s, high], [-s, low]].map(([x, y]) => along(a, x, b, y));
    scene.line(corners, {stroke, width: active ? 1.5 : .8, alpha: active ? .9 : .45, fill: {color: stroke, alpha: active ? .17 : .045}});
    scene.line([along(a, -s, b, 0), along(a, s, b, 0)], {stroke: active ? 'ink' : stroke, width: active ? 1.6 : 1, alpha: active ? 1 : .5});
  }
  const knob = i => A[i].map(v => v*LONG), where = stage.where = i => scene.see(knob(i));   // on the picture; a test asks too
  function knobs(now) {
    for (let i = 0; i < state.count; i++) {
      if (age(i, now) < .15) continue;
      scene.dots([knob(i)], {r: i === state.shown-1 ? 7 : 4.5, fill: color(scores[i]), alpha: 1});
    }
  }
  function profile(i, p) {                                       // the histogram stands on its axis, in the plane
    const a = A[i], b = B[i], tall = 3.6, stroke = color(scores[i]);
    heights(shadows[i], p).forEach((v, j) => {
      if (!v) return;
      const l = -4 + j*WIDE + .03, r = l + WIDE - .06, top = Math.min(.8, v)*tall;
      if (l < -LONG || r > LONG) return;
      const bar = [[l, 0], [l, top], [r, top], [r, 0]].map(([x, y]) => along(a, x, b, y));
      scene.line(bar, {stroke, alpha: .8, fill: {color: 'cloud', alpha: .45}});
    });
    const curve = bell.filter(([v]) => Math.abs(v) <= LONG).map(([v, d]) => along(a, v, b, d*tall));
    scene.line(curve, {stroke: 'target', width: 2, dash: [6, 4], alpha: soft(clamp(p/.3))});
  }
  function shadowsFall(i, p) {
    const a = A[i], b = B[i], u = shadows[i], feet = [], flying = [], lines = [];
    u.forEach((v, j) => {
      const f = fallen(j, p), foot = along(a, v, b, 0);
      if (f >= 1) { feet.push(foot); if (j % 6 === 0) lines.push([z[j], foot]); return; }
      if (f <= 0) return;
      const here = z[j].map((c, m) => c + (foot[m] - c)*f);
      flying.push(here); lines.push([here, foot]);
    });
    scene.strokes(lines, {alpha: .3}); scene.dots(feet, {r: 1.7, alpha: .8}); scene.dots(flying, {r: 2.4, fill: 'cloud'});
  }

  // --- drawing ---
  function drawScene(now) {
    const active = state.shown-1, p = age(active, now), grow = i => soft(clamp(age(i, now)/.25));
    scene.begin(); scene.surface(false);
    for (let i = Math.max(0, state.count - 16); i < state.count; i++) if (i !== active && age(i, now) > 0) outline(i, grow(i), false);
    const v = normal(A[active], B[active]), side = scene.toward(v) > 0 ? 1 : -1;
    const before = q => side*(q[0]*v[0] + q[1]*v[1] + q[2]*v[2]) > 0;          // between the plane and the eye
    scene.points(z, {keep: q => !before(q)});
    if (p > 0) { outline(active, grow(active), true); profile(active, p); shadowsFall(active, p); }
    scene.points(z, {keep: before});
    scene.surface(true); knobs(now);
  }
  const landed = now => scores.filter((_, i) => age(i, now) > .85);
  function drawScore(now) {
    const done = landed(now), k = done.length, M = k ? mean(done) : NaN, here = age(state.shown-1, now) > .85;
    score.innerHTML = `<b>${k ? fixed(M) : '…'}</b><span>SIGReg: mean of ${k} slice${k === 1 ? '' : 's'}</span>`
      + `<span>this slice: ${here ? fixed(scores[state.shown-1]) : '…'}</span>`;
    what.textContent = label || data.names[state.cloud];
  }
  function drawShadow(now) {
    const i = state.shown-1, p = age(i, now);
    const q = axes({h: 150, x: [-4, 4], y: [0, .8], xlabel: 'shadow u (bars); N(0, 1) (dashed)', ylabel: 'density',
                    xticks: [-4, -2, 0, 2, 4], yticks: [.4, .8]});
    const bars = heights(shadows[i], p).map((v, j) => { const top = q.Y(Math.min(.84, v));
      return tag('rect', {x: q.X(-4 + j*WIDE)+.5, y: top, width: q.X(WIDE)-q.X(0)-1, height: q.bottom-top, class: 'bar'}); }).join('');
    shadow.draw(q.frame + bars + q.line(bell, 'target') + text(q.right, 12, p > .85 ? `score ${fixed(scores[i])}` : 'falling …', 'end big'),
                p >= 1 && `Histogram of the shadow on slice ${state.shown} against the standard normal; score ${fixed(scores[i])}.`);
  }
  let across;                                                    // from slices to pixels of the history
  function drawHistory(now) {
    const done = landed(now), k = Math.max(10, state.count), top = Math.max(3, ...done)*1.15;
    const running = done.map((_, i) => mean(done.slice(0, i+1))), floor = fixed(data.floor);
    const unit = top > 20 ? 10 : top > 6 ? 2 : 1, step = Math.ceil(top/3/unit)*unit;
    const q = axes({h: 140, x: [0, k + .5], y: [0, top], xlabel: 'slices; click one to see its plane', ylabel: 'score (dots), running mean (line)',
                    xticks: [0, Math.round(k/2), k], yticks: [0, step, 2*step].filter(v => v <= top)});
    across = v => Math.round((v - q.left)/(q.X(1) - q.X(0)));
    const dots = done.map((T, i) => {
      const active = i === state.shown-1;
      return tag('circle', {cx: q.X(i+1), cy: q.Y(T), r: active ? 5.5 : 3.2, fill: color(T), stroke: 'currentColor', 'stroke-width': active ? 1.5 : 0});
    }).join('');
    history.draw(q.frame + q.line([[0, data.floor], [k, data.floor]], 'floor') + text(q.right, 12, `┈ floor ${floor}`, 'end')
      + q.line(running.map((m, i) => [i+1, m]), 'ink') + dots,
      done.length === state.count && `Score of each slice and running mean: ${fixed(running.at(-1) ?? 0)}; the floor is ${floor}.`);
  }
  function draw(now) {
    const pause = last ? Math.min(50, now - last) : 16, moving = follow(pause), busy = moving || born.some(b => now < b + MAKE);
    if (!still) scene.rotate(pause*.011, 0);
    drawScene(now);
    const key = JSON.stringify([state, label]);
    if (busy || plotted !== key) { drawScore(now); drawShadow(now); drawHistory(now); plotted = busy ? '' : key; }
    last = busy || !still ? now : 0;
    return busy || !still;
  }

  // --- hands ---
  function tap(X, Y) {                                           // a knob brings its plane back; anything else adds one
    const far = A.slice(0, state.count).map((_, i) => Math.hypot(where(i)[0] - X, where(i)[1] - Y)), near = Math.min(...far);
    if (near < 20) show(far.indexOf(near) + 1); else add(1);
  }
  scene.handle({moved: () => { if (!still) { still = true; said(); } wake(); }, enter: () => add(1), tap});
  history.svg.style.cursor = 'pointer';
  history.svg.addEventListener('click', e => {
    const box = history.svg.getBoundingClientRect(), i = across((e.clientX - box.left)/box.width*320);
    if (i >= 1 && i <= state.count) show(i);
  });

  // --- the companion: a small copy of the scene while the hero itself is out of view ---
  let hidden = false;
  let told = null;                                               // what a part has said since the hero left the window
  function mirror() { if (told && stage.classList.contains('sgs-docked')) { label = told.name; to(told.points); } }
  hear('cloud', news => { told = news; mirror(); });
  function dock(seen) {
    const away = !seen.isIntersecting && seen.boundingClientRect.bottom < 80;
    if (!away) { hidden = false; told = null; if (label) { label = ''; to(own); } }
    stage.classList.toggle('sgs-docked', away && !hidden); mirror(); wake();
  }
  if (data.dock && self === top && !root.closest('.jp-OutputArea')) new IntersectionObserver(all => dock(all.at(-1))).observe(holder);
  const wake = frames(stage, draw);
  hear('theme', () => { plotted = ''; wake(); });
  new ResizeObserver(() => wake()).observe(canvas);
  said(); begin(1);
};
