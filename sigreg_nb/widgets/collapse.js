// The same cloud, collapsed and round: what the wish for agreement sees, and what the target sees.
sigregStory.parts.collapse = (root, data, ui) => {
  const {tag, text, fixed, clamp, element, tell, space, together} = sigregStory;
  const {cloud, normals, rows, times, scaled, TILT, directions, project, eppsPulley, mean, rank} = sigregStory;
  const back = TILT[0].map((_, j) => TILT.map(r => r[j])), facts = times(cloud(), back);       // the cloud in its three directions
  const noise = rows(normals(3*facts.length, data.seed, 1), 3), A = directions(data.slices), state = {collapse: 2};
  ui.guess(root, data.guess);
  const pair = ui.group('sgs-pair'), made = ['Collapsed', 'Round: the target'].map((title, i) => {
    const side = ui.group('', pair);
    element('div', {className: 'sgs-title', textContent: title}, side);
    const canvas = element('canvas', {className: 'sgs-square'}, side);
    return {canvas, scene: space(canvas, {turn: 30, tilt: 16}), bars: ui.panel(side, 170, 84, 'sgs-bars')};
  });
  const bar = ui.bar(), stages = ['round', 'a sheet', 'a line', 'one point'];
  const named = c => c % 1 ? `between ${stages[Math.floor(c)]} and ${stages[Math.ceil(c)]}` : stages[c];
  ui.slider(bar, {name: 'collapse', label: 'How far the left cloud has collapsed', max: 3, step: .05, value: state.collapse, show: named},
            v => { state.collapse = v; settle(); });
  const out = ui.output();

  const deviations = c => [clamp(3 - c), clamp(2 - c), clamp(1 - c)];
  /** Features of the facts when directions are scaled by s, and those of a second view, the facts moved a little. */
  const view = (s, step) => times(scaled(facts.map((p, i) => p.map((v, j) => v + step*noise[i][j])), s), TILT);
  function measures(s) {
    const z = view(s, 0), other = view(s, data.step);
    return {z, other, s, apart: mean(z.map((p, i) => p.reduce((t, v, j) => t + (v - other[i][j])**2, 0))),
            rank: rank(z), score: mean(A.map(a => eppsPulley(project(z, a)))), dead: s.filter(v => v < .05).length};
  }
  const round = measures([1, 1, 1]);
  let left = round;
  const share = () => tell('cloud', {points: left.z, name: named(state.collapse)});
  function drawBars(panel, m) {
    const bar = (y, width, cls) => tag('rect', {x: 16, y, width, height: 12, class: cls});
    panel.draw(text(2, 10, 'spread of the directions') + m.s.map((v, i) => {
      const y = 19 + 22*i, dead = v < .05;
      return text(2, y+10, i+1) + bar(y, 105, 'box') + bar(y, 105*v, 'bar') + text(127, y+10, dead ? 'dead' : fixed(v), dead ? 'big' : '');
    }).join(''), `Spread of the three directions: ${m.s.map(v => fixed(v)).join(', ')}; ${m.dead} of them dead.`);
  }
  function drawScene({scene}, m) {
    scene.begin(); scene.surface(false);
    m.s.forEach((v, i) => {
      const end = k => TILT[i].map(x => x*k*2.5), dead = v < .05;
      scene.line([end(-1), end(1)], {dash: dead ? [2, 4] : [], alpha: dead ? .8 : .45});
    });
    scene.strokes(m.z.map((p, i) => [p, m.other[i]]).filter((_, i) => i % 3 === 0), {alpha: .35, dash: []});
    scene.points(m.z); scene.surface(true);
  }
  function settle() {
    const stage = named(state.collapse), views = 'with short lines from each view to its second view.';
    left = measures(deviations(state.collapse));
    drawBars(made[0].bars, left); drawBars(made[1].bars, round);
    made[0].canvas.setAttribute('aria-label', `The collapsed cloud, ${stage}, ${views}`);
    made[1].canvas.setAttribute('aria-label', `The round cloud, ${views}`);
    const row = (name, m) => `${name}: views ${fixed(m.apart, 3)} apart, ${m.dead} dead direction${m.dead === 1 ? '' : 's'}, `
      + `effective rank ${fixed(m.rank)}, SIGReg ${fixed(m.score)}.`;
    out.textContent = row(`Left, ${stage}`, left) + ' ' + row('Right, round', round);
    ui.values({...state, apart: left.apart, rank: left.rank, score: left.score, dead: left.dead});
    share(); wake();
  }
  const wake = together(pair, made.map(m => m.scene), () => made.forEach((m, i) => drawScene(m, i ? round : left)));
  settle(); ui.near(share);
};
