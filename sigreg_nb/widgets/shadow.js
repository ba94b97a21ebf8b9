// Part 3: one shadow, its characteristic function, and the score.
sigregStory.parts.shadow = (root, data, ui) => {
  const {tag, text, dot, key, fixed, axes, quadrature, ecf, gap2, eppsPulley, eppsPulleyExact, sum, path, tell, hear} = sigregStory;
  const {cloud, directions, project} = sigregStory;
  const points = cloud(), side = points.map((_, i) => i % 2 ? 1 : -1), {t: knots, W, h} = quadrature();
  const state = {t: 1.5, n: 64, s: 0, a: directions(1)[0]};
  const memo = new Map();
  let all = project(points, state.a);
  const values = (n, s) => all.slice(0, n).map((x, i) => x + s*side[i]);
  const asked = ui.guess(root, data.guess, () => { far.set(10.05); apart(10.05); });
  const panels = ui.group(), circle = ui.panel(panels, 320, 210), integrand = ui.panel(panels, 320, 210), bar = ui.bar();
  const below = ui.group(), sizes = ui.panel(below, 320, 170), spreads = ui.panel(below, 320, 170);
  ui.slider(bar, {name: 't', label: 'Frequency t', min: 0, max: 5, step: .05, value: state.t, show: v => v.toFixed(2)}, v => { state.t = v; draw(); });
  ui.slider(ui.bar(sizes.figure), {name: 'n', label: 'Points n', min: 3, max: 8, value: 6, show: v => 2**v}, v => { state.n = 2**v; draw(); });
  const far = ui.slider(ui.bar(spreads.figure), {name: 's', label: 'Pull the two halves apart by s', min: 0, max: 12, step: .05, value: 0, show: v => `±${v.toFixed(2)}`}, apart);
  const out = ui.output();
  asked.hides(spreads.figure);

  function apart(s) { state.s = s; draw(); share(); }
  function share() {                                   // in space, along the direction of the slice
    tell('cloud', {points: points.map((p, i) => p.map((v, j) => v + state.s*side[i]*state.a[j])), name: `pulled apart by ±${state.s.toFixed(2)}`});
  }
  hear('slice', a => {                                 // another plane was picked above
    if (a.every((v, i) => v === state.a[i])) return;
    state.a = a; all = project(points, a); memo.clear(); draw();
  });

  function drawCircle(u, [c, s], phi) {
    const X = v => 115 + 88*v, Y = v => 108 - 88*v;
    let p = tag('circle', {cx: X(0), cy: Y(0), r: 88, class: 'axis'}) + tag('path', {class: 'grid', d: `M${X(-1.1)} ${Y(0)}H${X(1.1)}M${X(0)} ${Y(-1.1)}V${Y(1.1)}`});
    p += u.map(v => tag('circle', {cx: X(Math.cos(state.t*v)), cy: Y(Math.sin(state.t*v)), r: 2.5, class: 'cloud', opacity: .6})).join('');
    p += tag('path', {class: 'cloud-line', d: path([[X(phi), Y(0)], [X(c), Y(s)]])});
    p += tag('circle', {cx: X(phi), cy: Y(0), r: 6, class: 'mark'}) + tag('circle', {cx: X(c), cy: Y(s), r: 4, fill: 'currentColor'});
    const line = (y, s) => text(218, y, s);
    p += text(218, 24, `one ${key.cloud} per point:`) + line(38, '(cos tu, sin tu)') + line(68, `● mean cos ${fixed(c, 3)}`) + line(83, `● mean sin ${fixed(s, 3)}`)
       + line(108, `${key.target} target ${fixed(phi, 3)}`) + line(123, `${key.target} sin 0.000`) + line(150, 'the gap is the') + line(164, 'line between');
    circle.draw(p, `Unit circle at t = ${fixed(state.t)}: mean cosine ${fixed(c, 3)}, mean sine ${fixed(s, 3)}; target ${fixed(phi, 3)} and 0.`);
  }
  function drawIntegrand(u, area) {
    const f = t => u.length * gap2(u, t) * Math.exp(-t*t/2), curve = Array.from({length: 101}, (_, i) => [i/20, f(i/20)]);
    const top = Math.max(.5, ...curve.map(p => p[1]))*1.1, tick = 10**Math.floor(Math.log10(top)), ticks = [tick, 2*tick, 5*tick].filter(v => v <= top);
    const p = axes({h: 210, x: [0, 5], y: [0, top], xlabel: 't; marks: the knots of the sum', ylabel: 'n · |gap|² · weight', xticks: [0, 1, 2, 3, 4, 5], yticks: ticks.slice(-2)});
    const done = curve.filter(q => q[0] <= state.t + 1e-9);
    const fill = done.length > 1 ? tag('path', {class: 'area', d: path(done.map(([a, b]) => [p.X(a), p.Y(b)])) + `L${p.X(done.at(-1)[0])} ${p.bottom}L${p.X(0)} ${p.bottom}Z`}) : '';
    integrand.draw(p.frame + fill + p.line(curve, 'cloud-line') + knots.map(t => dot(p.X(t), p.Y(f(t)), 3)).join('')
      + tag('path', {class: 'ink', d: `M${p.X(state.t)} ${p.top}V${p.bottom}`}) + text(p.right, 12, `score up to t: ${fixed(area)}`, 'end big'),
      `The integrand over t. Summed over the knots up to t = ${fixed(state.t)}: ${fixed(area)}.`);
  }
  function expected(n, s) {                            // mean score of n fresh normals, half of them at +s and half at -s
    return sum(knots.map((t, j) => { const phi = Math.exp(-t*t/2), f = phi*Math.cos(t*s); return W[j]*((1 - phi*phi) + n*(f - phi)**2); }));
  }
  function spreadCurves(n) {
    if (!memo.has(n)) memo.set(n, {
      grid: Array.from({length: 121}, (_, i) => [i/10, eppsPulley(values(n, i/10))]),
      exact: Array.from({length: 31}, (_, i) => [i*.4, eppsPulleyExact(values(n, i*.4))])});
    return memo.get(n);
  }
  function drawSizes(T) {
    const ns = [8, 16, 32, 64, 128, 256], scores = ns.map(n => eppsPulley(values(n, state.s)));
    const top = Math.max(3, ...scores)*1.15, x = Math.log2, unit = top > 12 ? 10 : 1, tick = Math.ceil(top/3/unit)*unit;
    const p = axes({h: 170, x: [2.7, 8.3], y: [0, top], xlabel: 'points n', ylabel: 'score; dotted: the floor', yticks: [0, tick, 2*tick].filter(v => v <= top)});
    sizes.draw(p.frame + ns.map(n => text(p.X(x(n)), p.bottom+13, n, 'mid')).join('') + p.line([[2.7, data.floor], [8.3, data.floor]], 'floor')
      + p.line(ns.map(n => [x(n), expected(n, state.s)]), 'target') + ns.map((n, i) => dot(p.X(x(n)), p.Y(scores[i]), n === state.n ? 6 : 3)).join('')
      + text(p.right, 12, `${key.cloud} this sample   ╌ its mean`, 'end'),
      `Score for 8 to 256 points; now ${fixed(T)} with ${state.n}. Expected: ${fixed(expected(state.n, state.s))}. Floor: ${fixed(data.floor)}.`);
  }
  function drawSpreads(T, E) {
    const {grid, exact} = spreadCurves(state.n), top = Math.max(...exact.map(p => p[1]), ...grid.map(p => p[1]))*1.1, tick = 10**Math.floor(Math.log10(top/2));
    const blind = Math.abs(state.s - data.period) < .3;
    const p = axes({h: 170, x: [0, 12], y: [0, top], xlabel: 'pulled apart by s', ylabel: 'score', xticks: [0, 2, 4, 6, 8, 12], yticks: [0, Math.round(top/3/tick)*tick, 2*Math.round(top/3/tick)*tick]});
    spreads.draw(p.frame + tag('path', {class: 'floor', d: `M${p.X(data.period)} ${p.top}V${p.bottom}`}) + text(p.X(data.period), p.bottom+13, data.period.toFixed(2), 'mid')
      + p.line(grid, 'cloud-line') + p.line(exact, 'ink') + dot(p.X(state.s), p.Y(T), 5) + tag('circle', {cx: p.X(state.s), cy: p.Y(E), r: 4, class: 'ink'})
      + text(p.right, 12, `${key.cloud} on the grid   ○ exact integral`, 'end')
      + text(p.X(data.period)-6, p.top+(blind ? 74 : 60), 'here the grid', 'end') + text(p.X(data.period)-6, p.top+(blind ? 87 : 73), 'is blind →', blind ? 'end big' : 'end'),
      `Score against s: on the grid ${fixed(T)}, exact integral ${fixed(E)}. At s = ${data.period.toFixed(2)} the grid sees nothing.`);
  }
  function draw() {
    const u = values(state.n, state.s), e = ecf(u, state.t), phi = Math.exp(-(state.t**2)/2);
    const area = u.length*sum(knots.map((t, j) => t <= state.t + 1e-9 ? W[j]*gap2(u, t) : 0)), T = eppsPulley(u), E = eppsPulleyExact(u);
    drawCircle(u, e, phi); drawIntegrand(u, area); drawSizes(T); drawSpreads(T, E);
    out.textContent = `t = ${fixed(state.t)}: mean cos ${fixed(e[0], 3)}, mean sin ${fixed(e[1], 3)}, target ${fixed(phi, 3)}. `
      + `Score up to t: ${fixed(area)}; whole score ${fixed(T)} with n = ${state.n} (floor ${fixed(data.floor)}); exact integral ${fixed(E)}.`;
    ui.values({...state, cos: e[0], sin: e[1], target: phi, area, score: T, exact: E, expected: expected(state.n, state.s)});
  }
  draw(); ui.near(share);
};
