// Part 2: the same facts in round and in stretched features, read by two probes.
sigregStory.parts.gaussian = (root, data, ui) => {
  const {tag, text, path, dot, fixed, axes, cloud, scaled, mean, element, tell} = sigregStory;
  const points = cloud(), facts = points.map(p => p.slice(0, 2)), state = {index: 0};
  const scales = r => [r, 1].map(s => s * Math.sqrt(2/(1 + r*r)));
  const asked = ui.guess(root, data.guess), thirds = ui.group('sgs-thirds');
  const square = title => {
    const p = ui.panel(thirds, 200, 200, '');
    element('div', {className: 'sgs-caption', innerHTML: title}, p.figure);
    return p;
  };
  const round = square('<strong>Features</strong> circle: the ten nearest to ✕'), meaning = square('<strong>Facts behind them</strong> the same ten'),
        fits = square('<strong>40 linear probes</strong> ○ truth, ● mean');
  const wide = ui.group(), errors = ui.panel(wide, 320, 200), side = element('div', {className: 'sgs-panel'}, wide), bar = ui.bar(side);
  ui.slider(bar, {name: 'stretch', label: 'Stretch: wide over narrow direction', max: data.stretch.length-1, value: 0,
                  show: i => `${data.stretch[i]} to 1`}, i => { state.index = i; draw(); share(); });
  const out = ui.output(side);
  asked.hides(fits.figure, errors.figure);
  function share() {
    const r = data.stretch[state.index];
    tell('cloud', {points: scaled(points, [...scales(r), 1]), name: `stretched ${r} to 1`});
  }

  const X = (v, half) => 100 + 98*v/half, Y = (v, half) => 100 - 98*v/half;
  const border = tag('rect', {x: 1, y: 1, width: 198, height: 198, class: 'box', opacity: .3});
  const inside = (half, [x, y]) => Math.abs(x) <= half && Math.abs(y) <= half;
  function neighbors(features, query) {                // indices of the k nearest, and the distance of the last
    const far = features.map((p, i) => [Math.hypot(p[0]-query[0], p[1]-query[1]), i]).sort((a, b) => a[0]-b[0]).slice(0, data.k);
    return [far.map(f => f[1]), far.at(-1)[0]];
  }
  function drawCloud(panel, points, near, outline, query, half, label) {
    const show = (p, i) => near.includes(i) ? tag('circle', {cx: X(p[0], half), cy: Y(p[1], half), r: 3.4, class: 'ink'}) : '';
    panel.draw(border
      + points.map((p, i) => inside(half, p) ? tag('circle', {cx: X(p[0], half), cy: Y(p[1], half), r: 2.2, class: 'cloud', opacity: near.includes(i) ? 1 : .55}) + show(p, i) : '').join('')
      + tag('path', {class: 'target', d: path(outline.map(p => [X(p[0], half), Y(p[1], half)])) + 'Z'})
      + text(X(query[0], half), Y(query[1], half)+4, '✕', 'mid big'), label);
  }
  const turn = Array.from({length: 48}, (_, i) => [Math.cos(i*Math.PI/24), Math.sin(i*Math.PI/24)]);
  function draw() {
    const r = data.stretch[state.index], s = scales(r), features = facts.map(p => p.map((v, i) => v*s[i]));
    const query = data.query.map((v, i) => v*s[i]), [near, far] = neighbors(features, query);
    const circle = turn.map(p => p.map((v, i) => query[i] + far*v)), ellipse = circle.map(p => p.map((v, i) => v/s[i]));
    drawCloud(round, features, near, circle, query, 3.2, `Features, stretched ${r} to 1, with the ${data.k} nearest points of a query inside a circle.`);
    drawCloud(meaning, facts, near, ellipse, data.query, 3.2, `The same ${data.k} neighbors among the facts: an ellipse ${r} times as long as wide.`);
    const reach = Math.max(...near.map(i => Math.hypot(...facts[i].map((v, j) => v - data.query[j]))));
    const probes = data.fits[state.index].map(p => p.map(v => v/1000)), center = [0, 1].map(i => mean(probes.map(p => p[i]))), half = 1.2;
    fits.draw(border + tag('path', {class: 'grid', d: 'M2 100H198M100 2V198'})
      + probes.map(p => dot(X(p[0], half), Y(p[1], half), 2.2)).join('')
      + tag('path', {class: 'cloud-line', d: path([data.task, center].map(p => [X(p[0], half), Y(p[1], half)]))})
      + tag('circle', {cx: X(data.task[0], half), cy: Y(data.task[1], half), r: 6, class: 'mark'})
      + tag('circle', {cx: X(center[0], half), cy: Y(center[1], half), r: 4.5, fill: 'currentColor'}),
      `Weights of ${probes.length} linear probes. Truth ${data.task.map(v => fixed(v)).join(', ')}; mean of the probes ${center.map(v => fixed(v)).join(', ')}.`);
    const [lb, lv] = data.linear[state.index], [kb, kv] = data.knn[state.index], at = data.stretch.map((v, i) => Math.log2(v));
    const p = axes({h: 200, x: [0, 3], y: [0, .4], xlabel: 'stretch', ylabel: 'squared error, measured', yticks: [.1, .2, .3, .4]});
    const mark = {knn: (x, y) => dot(x, y, 3), linear: (x, y) => tag('rect', {x: x-3, y: y-3, width: 6, height: 6, fill: 'currentColor'})};
    const series = (kind, j, cls, dash) => tag('path', {class: cls, 'stroke-dasharray': dash, d: path(data[kind].map((e, i) => [p.X(at[i]), p.Y(e[j])]))})
      + data[kind].map((e, i) => mark[kind](p.X(at[i]), p.Y(e[j]))).join('');
    errors.draw(p.frame + [1, 2, 4, 8].map(v => text(p.X(Math.log2(v)), p.bottom+13, v, 'mid')).join('')
      + tag('path', {class: 'floor', d: `M${p.X(at[state.index])} ${p.top}V${p.bottom}`})
      + series('linear', 0, 'ink', 'none') + series('linear', 1, 'ink', '2 3') + series('knn', 0, 'cloud-line', 'none') + series('knn', 1, 'cloud-line', '2 3')
      + text(42, 34, '■ linear  ● k-NN') + text(42, 48, 'line: bias²') + text(42, 62, 'dotted: variance'),
      `Measured at stretch ${r}: linear probe bias ${fixed(lb, 3)}, variance ${fixed(lv, 3)}; k-NN bias ${fixed(kb, 3)}, variance ${fixed(kv, 3)}.`);
    out.textContent = `Stretch ${r} to 1. Linear probe: squared bias ${fixed(lb, 3)}, variance ${fixed(lv, 3)}. `
      + `k-NN: squared bias ${fixed(kb, 3)}, variance ${fixed(kv, 3)}. The ${data.k} neighbors reach ${fixed(reach)} away among the facts.`;
    ui.values({stretch: r, linear: [lb, lv], knn: [kb, kv], reach, center});
  }
  draw(); ui.near(share);
};
