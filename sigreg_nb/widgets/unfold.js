// Three losses move the same cloud downhill, live: the gradient is computed here, step by step.
sigregStory.parts.unfold = (root, data, ui) => {
  const {tag, path, fixed, calm, element, tell, space, together, cloud, scaled, fall, lossOf, rank, size, directions} = sigregStory;
  const names = {strong: 'Strong', weak: 'Weak', vcreg: 'VCReg'}, all = Object.keys(names), each = f => Object.fromEntries(all.map(reg => [reg, f(reg)]));
  const A = directions(data.slices), SECONDS = 9, last = data.steps, state = {start: 'thin', step: 0}, x = cloud();
  const starts = {                                                // story.story_starts
    thin: scaled(x, [1, 1e-3, 1e-3]), line: scaled(x, [1, 0, 0]), speck: scaled(x, [1e-3, 1e-3, 1e-3]), point: x.map(() => [1, .5, .25]),
    clumps: x.map(([a, b, c], i) => [.95*(i % 2 ? 1 : -1) + Math.sqrt(1 - .95**2)*a, b, c]), far: scaled(x, [12, 12, 12])};
  const made = {};                                                // clouds and numbers that were computed already, by start and loss
  function run(start, reg) {
    const key = `${start} ${reg}`;
    return made[key] ||= {z: [starts[start]], loss: [], rank: [], size: []};
  }
  function reach(r, reg, step) {                                  // all steps up to this one
    while (r.z.length <= step) r.z.push(fall(r.z.at(-1), reg, r.z.length - 1));
  }
  function numbers(r, reg, step) {
    const z = r.z[step];
    r.loss[step] ??= lossOf(reg, z, A).value; r.rank[step] ??= rank(z); r.size[step] ??= size(z);
    return {loss: r.loss[step], rank: r.rank[step], size: r.size[step]};
  }

  ui.guess(root, data.guess, () => { start.value = 'line'; choose('line'); play(); });
  const grid = ui.group('sgs-thirds'), panels = each(() => {
    const side = ui.group('', grid), canvas = element('canvas', {className: 'sgs-square'}, side), scene = space(canvas, {turn: 20, tilt: 16});
    return {canvas, scene, caption: ui.group('sgs-caption', side), trace: ui.panel(side, 200, 90, '')};
  });
  element('div', {className: 'sgs-caption', textContent: 'Curves: the loss over the steps, on a logarithmic scale; dotted: its floor.'}, root);
  const bar = ui.bar(), start = ui.choice(bar, {name: 'start', label: 'Start', options: data.names}, choose);
  const slider = ui.slider(bar, {name: 'step', label: 'Step of descent', max: last, value: 0, show: i => `${i} of ${last}`},
                           v => { stop(); go(v); settle(); });
  const playing = ui.button(bar, 'Play', () => began === null ? play() : (stop(), settle()), 'sgs-main'), out = ui.output();
  let began = null, base = 0;

  function stop() { began = null; playing.textContent = calm() ? 'Go to the end' : 'Play'; }
  function choose(name) { stop(); state.start = name; go(0); settle(); }
  function play() {
    if (calm()) { go(last); return settle(); }
    if (state.step === last) go(0);
    playing.textContent = 'Stop'; out.textContent = `${data.names[state.start]}: downhill, step by step …`; began = performance.now(); base = Math.sqrt(state.step/last); wake();
  }
  const share = () => tell('cloud', {points: run(state.start, 'strong').z[state.step], name: `Strong, step ${state.step}`});
  function go(step) {
    state.step = step; slider.set(step);
    for (const reg of all) reach(run(state.start, reg), reg, step);
    share(); wake();
  }
  /** What readers of the numbers need once the picture stands still. */
  function settle() {
    const now = each(reg => numbers(run(state.start, reg), reg, state.step)), pick = key => each(reg => now[reg][key]);
    for (const reg of all) panels[reg].canvas.setAttribute('aria-label', `${names[reg]} after ${state.step} steps: loss ${fixed(now[reg].loss)}, `
      + `effective rank ${fixed(now[reg].rank)} of 3, size ${fixed(now[reg].size)}, in the target surface.`);
    const row = reg => `${names[reg]}: loss ${fixed(now[reg].loss)} (floor ${fixed(data.floor[reg])}), rank ${fixed(now[reg].rank)}.`;
    out.textContent = `${data.names[state.start]}, step ${state.step}. ${all.map(row).join(' ')}` + (state.step === last ? ' ' + data.verdict[state.start] : '');
    ui.values({...state, loss: pick('loss'), rank: pick('rank'), size: pick('size')});
  }
  function drawCloud(reg, z) {
    const {scene} = panels[reg];
    scene.half = state.start === 'far' ? 34 : 3.7;
    scene.begin(); scene.surface(false); scene.points(z, {size: 6}); scene.surface(true);
  }
  const log = v => Math.log10(Math.max(v, 1e-4));
  function drawTrace(reg, r) {
    const seen = Object.entries(r.loss).filter(([i]) => i <= state.step), floor = data.floor[reg];   // only the steps that were drawn
    const values = [...seen.map(p => log(p[1])), log(floor)], low = Math.min(...values) - .3, high = Math.max(...values, low + 1) + .3;
    const X = i => 6 + 188*i/last, Y = v => 80 - 70*(log(v) - low)/(high - low), [i, v] = seen.at(-1);
    const line = (cls, points) => tag('path', {class: cls, d: path(points)});
    panels[reg].trace.draw(line('axis', [[6, 4], [6, 82], [196, 82]]) + line('floor', [[6, Y(floor)], [194, Y(floor)]])
      + line('cloud-line', seen.map(([i, v]) => [X(i), Y(v)])) + tag('circle', {cx: X(i), cy: Y(v), r: 5, fill: 'currentColor'}),
      `Loss of ${names[reg]} up to step ${i}, on a logarithmic scale: ${fixed(v)}; dotted, its floor ${fixed(floor)}.`);
  }
  function advance(now) {                                         // slow at first, where most happens
    const part = Math.min(1, base + (now - began)/1000/SECONDS);
    go(Math.round(last*part*part));
    if (part === 1) { stop(); settle(); }
  }
  function draw(now) {
    if (began !== null) advance(now);
    for (const reg of all) {
      const r = run(state.start, reg), {loss, rank, size} = numbers(r, reg, state.step);
      drawCloud(reg, r.z[state.step]); drawTrace(reg, r);
      panels[reg].caption.innerHTML = `<strong style="border-bottom:3px solid var(--${reg})">${names[reg]}</strong>`
        + `loss ${fixed(loss)}<br>floor ${fixed(data.floor[reg])}<br>rank ${fixed(rank)} of 3<br>size ${fixed(size)}`;
    }
    return began !== null;
  }
  const wake = together(grid, all.map(reg => panels[reg].scene), draw);
  stop(); go(0); settle(); ui.near(share);
};
