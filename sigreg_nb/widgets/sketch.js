// Part 5: the covariance that Weak-SIGReg sees through a sketch, and the size at which its loss is smallest.
sigregStory.parts.sketch = (root, data, ui) => {
  const {tag, text, dot, key, fixed, axes, tell} = sigregStory;
  const {normals, rows, features, cloud, scaled, covariance, trace, square, weakTheory, weakExpected, project} = sigregStory;
  const d = data.d, z = features(), state = {k: 16, n: 64, v: 1, step: 1};
  const asked = ui.guess(root, data.guess);
  const panels = ui.group(), matrix = ui.panel(panels, 320, 250), curve = ui.panel(panels, 320, 250), bar = ui.bar();
  ui.slider(bar, {name: 'k', label: 'Sketch dimension k', min: 2, max: 6, value: 4, show: v => 2**v === d ? `${d}: no sketch` : 2**v}, v => { state.k = 2**v; measure(); draw(); });
  ui.slider(bar, {name: 'n', label: 'Batch n', min: 4, max: 8, value: 6, show: v => 2**v}, v => { state.n = 2**v; measure(); draw(); });
  ui.slider(bar, {name: 'v', label: 'Variance v of the cloud', min: .05, max: 1.5, step: .05, value: 1, show: v => v.toFixed(2)}, v => { state.v = v; draw(); share(); });
  const buttons = ui.bar();
  ui.button(buttons, 'New sketch', () => { state.step++; measure(); draw(); });
  const out = ui.output();
  asked.hides(curve.figure);
  const share = () => tell('cloud', {points: scaled(cloud(), new Array(3).fill(Math.sqrt(state.v))), name: `variance ${state.v.toFixed(2)}`});
  let C, squared, traced;                              // covariance of the cloud of variance 1, ‖C‖² and tr C
  function measure() {
    const {k, n, step} = state, batch = z.slice(0, n);
    const S = k < d ? rows(normals(d*k, 4, step).map(x => x/Math.sqrt(d)), k) : null;
    const columns = S && Array.from({length: k}, (_, j) => S.map(r => r[j]));
    C = covariance(S ? batch.map(p => columns.map(c => project([p], c)[0])) : batch);
    squared = square(C); traced = trace(C);
  }
  const seen = v => v*v*squared - 2*v*traced + state.k;
  function drawMatrix() {
    const k = state.k, cell = 200/k, left = 60, top = 24, levels = Array.from({length: 17}, () => '');
    C.forEach((r, i) => r.forEach((x, j) => {
      const level = Math.max(-8, Math.min(8, Math.round(state.v*x*6)));
      levels[level+8] += `M${(left+j*cell).toFixed(1)} ${(top+i*cell).toFixed(1)}h${cell.toFixed(2)}v${cell.toFixed(2)}h${(-cell).toFixed(2)}z`;
    }));
    matrix.draw(text(160, 14, `covariance, ${k} × ${k}`, 'mid big')
      + levels.map((p, i) => p && tag('path', {d: p, style: `fill:var(--${i < 8 ? 'target' : 'cloud'})`, 'fill-opacity': Math.abs(i-8)/8})).join('')
      + tag('rect', {x: left, y: top, width: 200, height: 200, class: 'box'}) + text(160, 244, 'coral above 0, blue below; full color at ±1.3', 'mid'),
      `Covariance of the sketched cloud, ${k} by ${k}: mean of the diagonal ${fixed(state.v*traced/k)}; the target is the identity.`);
  }
  function draw() {
    const {k, n, v} = state, theory = weakTheory(n, d, k), best = theory.shrinkage, L = seen(v), E = weakExpected(v, theory);
    drawMatrix();
    const top = Math.max(weakExpected(1.5, theory), k*1.3), unit = 10**Math.floor(Math.log10(top/2)), tick = Math.ceil(top/3/unit)*unit;
    const p = axes({h: 250, x: [0, 1.5], y: [0, top], xlabel: 'variance v of the cloud; 1 is the target', ylabel: 'squared loss', xticks: [0, .5, 1, 1.5], yticks: [0, tick, 2*tick]});
    const vs = Array.from({length: 61}, (_, i) => i/40);
    curve.draw(p.frame + p.line(vs.map(x => [x, weakExpected(x, theory)]), 'target') + p.line(vs.map(x => [x, seen(x)]), 'cloud-line')
      + tag('path', {class: 'floor', d: `M${p.X(best)} ${p.top+14}V${p.bottom}`}) + text(p.X(best), p.top+10, `smallest at ${fixed(best)}`, 'mid')
      + tag('circle', {cx: p.X(best), cy: p.Y(theory.floor), r: 5, class: 'mark'}) + dot(p.X(v), p.Y(Math.min(L, top)), 5)
      + text(p.right, 12, `${key.cloud} this batch   ╌ expected`, 'end'),
      `Squared loss against the variance of the cloud: expected smallest at ${fixed(best)} with value ${fixed(theory.floor)}; this batch has ${fixed(L)} at ${fixed(v)}.`);
    out.textContent = `k = ${k}, n = ${n}: at variance ${fixed(v)} this batch and sketch give a squared loss of ${fixed(L)} (expected ${fixed(E)}). `
      + `The loss is smallest, on average, at variance ${fixed(best)}, and there it is still ${fixed(theory.floor)}.`;
    ui.values({...state, loss: L, expected: E, shrinkage: best, floor: theory.floor});
  }
  measure(); draw(); ui.near(share);
};
