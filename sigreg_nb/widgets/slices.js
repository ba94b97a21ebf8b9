// Part 1: a cloud in three dimensions, slice after slice.
sigregStory.parts.slices = (root, data, ui) => {
  const {tag, text, path, dot, key, fixed, axes, project, eppsPulley, mean} = sigregStory;
  const clouds = Object.fromEntries(Object.entries(data.clouds).map(([name, p]) => [name, p.map(r => r.map(v => v/100))]));
  const state = {cloud: 'gaussian', count: 1, turn: 35, tilt: 20};
  const panels = ui.group();
  const scene = ui.panel(panels, 320, 280), right = sigregStory.element('div', {className: 'sgs-panel'}, panels);
  const buttons = ui.bar(scene.figure), shadow = ui.panel(right, 320, 165, ''), history = ui.panel(right, 320, 150, ''), bar = ui.bar();
  ui.choice(bar, {name: 'cloud', label: 'Cloud', options: data.names}, v => { state.cloud = v; draw(); });
  const turn = ui.slider(bar, {name: 'turn', label: 'Turn', min: -180, max: 180, step: 5, value: state.turn, show: v => `${v}°`},
                         v => { state.turn = v; draw(); });
  const add = k => { state.count = Math.min(data.slices.length, state.count + k); draw(); };
  ui.button(buttons, 'Add a slice', () => add(1));
  ui.button(buttons, 'Add ten', () => add(10));
  ui.button(buttons, 'Start again', () => { state.count = 1; draw(); });
  const out = ui.output();

  const R = 2.5, scale = 33;                        // nine of ten points of the target lie within R
  function camera() {
    const [a, b] = [state.turn, state.tilt].map(v => v*Math.PI/180), [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    return ([x, y, z]) => {
      const p = ca*x - sa*y, q = sa*x + ca*y;       // q points away from the eye
      return [160 + scale*p, 150 - scale*(cb*z + sb*q), cb*q - sb*z];
    };
  }
  const ring = f => Array.from({length: 37}, (_, i) => f(i*Math.PI/18));
  const circles = [0, 45, 90, 135].map(g => { const c = Math.cos(g*Math.PI/180), s = Math.sin(g*Math.PI/180);
    return ring(t => [R*c*Math.cos(t), R*s*Math.cos(t), R*Math.sin(t)]); })
    .concat([-.5, 0, .5].map(z => ring(t => [R*Math.sqrt(1-z*z)*Math.cos(t), R*Math.sqrt(1-z*z)*Math.sin(t), R*z])));
  const across = a => { const b = Math.abs(a[2]) < .9 ? [-a[1], a[0], 0] : [0, -a[2], a[1]], l = Math.hypot(...b); return b.map(x => x/l); };

  function drawScene(points, slices, u) {
    const see = camera(), at = (a, s) => see(a.map(x => x*s)), a = slices.at(-1), b = across(a);
    const corner = (s, r) => see(a.map((x, i) => s*x + r*b[i]));
    const behind = c => c.map(see);
    let s = circles.map(c => tag('path', {class: 'sphere', opacity: .45, d: path(behind(c))})).join('');
    s += slices.slice(0, -1).map(v => tag('path', {class: 'ink', opacity: .18, d: path([at(v, -3), at(v, 3)])})).join('');
    s += tag('path', {class: 'plane', d: path([corner(-3.3, -1.6), corner(3.3, -1.6), corner(3.3, 1.6), corner(-3.3, 1.6)]) + 'Z'});
    s += points.map(see).sort((p, q) => q[2] - p[2])
      .map(p => tag('circle', {cx: p[0], cy: p[1], r: Math.max(1.4, 2.8 - p[2]/3), class: 'cloud', opacity: Math.min(1, Math.max(.35, .75 - p[2]/6))})).join('');
    s += tag('path', {class: 'ink', d: path([at(a, -3.6), at(a, 3.6)])});
    s += u.map(v => { const [x, y] = at(a, v); return tag('circle', {cx: x, cy: y, r: 1.3, fill: 'currentColor'}); }).join('');
    s += text(4, 12, `${key.cloud} cloud`) + text(70, 12, `${key.target} target surface`) + text(176, 12, '│ slice and shadow');
    scene.draw(s, `${data.names[state.cloud]}: ${points.length} points in three dimensions over the target surface, with ${slices.length} slice${slices.length > 1 ? 's' : ''}. Arrow keys turn it; Enter adds a slice.`);
  }
  function drawShadow(u, T) {
    const bins = 17, width = 8/bins, count = new Array(bins).fill(0);
    for (const v of u) count[Math.min(bins-1, Math.max(0, Math.floor((v+4)/width)))]++;
    const p = axes({h: 165, x: [-4, 4], y: [0, .8], xlabel: 'shadow u (bars); N(0, 1) (dashed)', ylabel: 'density', xticks: [-4, -2, 0, 2, 4], yticks: [.4, .8]});
    const bars = count.map((c, i) => { const top = p.Y(Math.min(.84, c/u.length/width));
      return tag('rect', {x: p.X(-4 + i*width)+.5, y: top, width: p.X(width)-p.X(0)-1, height: p.bottom-top, class: 'bar'}); }).join('');
    const bell = Array.from({length: 65}, (_, i) => { const v = -4 + i/8; return [v, Math.exp(-v*v/2)/Math.sqrt(2*Math.PI)]; });
    shadow.draw(p.frame + bars + p.line(bell, 'target') + text(p.right, 12, `score ${fixed(T)}`, 'end big'),
                `Histogram of the last shadow against the standard normal; score ${fixed(T)}.`);
  }
  function drawHistory(scores, running) {
    const k = Math.max(10, scores.length), top = Math.max(3, ...scores)*1.1;
    const round = top > 20 ? 10 : top > 6 ? 2 : 1, step = Math.ceil(top/3/round)*round;
    const p = axes({h: 150, x: [0, k], y: [0, top], xlabel: 'slices', ylabel: 'score (dots) and mean (line)', xticks: [0, Math.round(k/2), k], yticks: [0, step, 2*step].filter(v => v <= top)});
    history.draw(p.frame + p.line([[0, data.floor], [k, data.floor]], 'floor') + scores.map((t, i) => dot(p.X(i+1), p.Y(t), 2)).join('')
      + p.line(running.map((m, i) => [i+1, m]), 'ink') + text(p.right, p.Y(data.floor)-4, 'floor', 'end'),
      `Running mean over slices: ${fixed(running.at(-1))}; the floor is ${fixed(data.floor)}.`);
  }
  function draw() {
    const points = clouds[state.cloud], slices = data.slices.slice(0, state.count).map(a => a.map(v => v/1e4));
    const shadows = slices.map(a => project(points, a)), scores = shadows.map(u => eppsPulley(u));
    const running = scores.map((_, i) => mean(scores.slice(0, i+1))), [T, M] = [scores.at(-1), running.at(-1)];
    drawScene(points, slices, shadows.at(-1)); drawShadow(shadows.at(-1), T); drawHistory(scores, running);
    out.textContent = `${data.names[state.cloud]}, slice ${state.count} of ${data.slices.length}: score ${fixed(T)}. `
      + `Mean over the slices so far: ${fixed(M)}. A Gaussian cloud scores ${fixed(data.floor)} on average.`;
    ui.values({...state, score: T, mean: M});
  }
  const svg = scene.svg, limit = v => Math.max(-80, Math.min(80, v)), around = v => ((v + 540) % 360) - 180;
  function move(dx, dy) { state.turn = around(state.turn + dx); state.tilt = limit(state.tilt + dy); turn.set(state.turn); draw(); }
  svg.classList.add('scene'); svg.tabIndex = 0; svg.setAttribute('role', 'application');
  svg.addEventListener('keydown', e => {
    const step = {ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10]}[e.key];
    if (step) { e.preventDefault(); move(...step); }
    if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); add(1); }
  });
  let last = null, far = 0;
  svg.addEventListener('pointerdown', e => { last = [e.clientX, e.clientY]; far = 0; });
  svg.addEventListener('pointermove', e => {
    if (!last) return;
    const [dx, dy] = [e.clientX - last[0], e.clientY - last[1]];
    far += Math.abs(dx) + Math.abs(dy); last = [e.clientX, e.clientY];
    if (far > 5) { svg.setPointerCapture(e.pointerId); move(Math.round(dx*.7), e.pointerType === 'mouse' ? Math.round(dy*.7) : 0); }
  });
  svg.addEventListener('pointerup', () => { if (last && far <= 5) add(1); last = null; });
  svg.addEventListener('pointercancel', () => { last = null; });
  draw();
};
