// Part 4: three losses descend from the same start; the frames were computed by sigreg_nb.
sigregStory.parts.unfold = (root, data, ui) => {
  const {tag, fixed, calm, element} = sigregStory, losses = {strong: 'Strong', weak: 'Weak', vcreg: 'VCReg'};
  const state = {start: data.first, frame: 0}, last = data.steps.length-1;
  const decode = text => Array.from(atob(text), c => c.charCodeAt(0)/127 - 1);   // each frame in units of its largest coordinate
  const frames = Object.fromEntries(Object.entries(data.runs).map(([start, runs]) =>
    [start, Object.fromEntries(Object.keys(losses).map(reg => [reg, decode(runs[reg].xy)]))]));
  const grid = ui.group('sgs-thirds');
  const panels = Object.fromEntries(Object.keys(losses).map(reg => {
    const panel = ui.panel(grid, 200, 200, '');
    return [reg, {...panel, caption: element('div', {className: 'sgs-caption'}, panel.figure)}];
  }));
  const curves = ui.group('sgs-thirds');
  const traces = Object.fromEntries(Object.keys(losses).map(reg => [reg, ui.panel(curves, 200, 90, '')]));
  element('div', {className: 'sgs-caption', textContent: 'Loss over the steps, on a logarithmic scale; dotted: its floor.'}, root);
  const bar = ui.bar();
  ui.choice(bar, {name: 'start', label: 'Start', options: data.names}, v => { stop(); state.start = v; state.frame = 0; slider.set(0); draw(); });
  const slider = ui.slider(bar, {name: 'frame', label: 'Step of descent', max: last, value: 0, show: i => `${data.steps[i]} of ${data.steps[last]}`},
                           v => { stop(); state.frame = v; draw(); });
  const play = ui.button(bar, 'Play', () => timer ? stop() : start());
  const out = ui.output();
  let timer = 0;
  function stop() { clearInterval(timer); timer = 0; play.textContent = calm() ? 'Go to the end' : 'Play'; }
  function go(frame) { state.frame = frame; slider.set(frame); draw(); }
  function start() {
    if (calm()) return go(last);
    if (state.frame === last) go(0);
    play.textContent = 'Stop';
    timer = setInterval(() => { go(state.frame + 1); if (state.frame === last) stop(); }, 450);
  }
  function drawCloud(reg, run) {
    const f = state.frame, q = frames[state.start][reg].slice(2*data.n*f, 2*data.n*(f+1)), half = data.view[state.start], Z = v => 100 + 96*v/half;
    let s = tag('rect', {x: 1, y: 1, width: 198, height: 198, class: 'box', opacity: .3}) + tag('circle', {cx: 100, cy: 100, r: 96*2/half, class: 'target'});
    for (let i = 0; i < data.n; i++) {
      const [x, y] = [q[2*i], q[2*i+1]].map(v => v*run.half[f]);
      if (Math.max(Math.abs(x), Math.abs(y)) <= half) s += tag('circle', {cx: Z(x), cy: Z(-y), r: 2.6, class: 'cloud', opacity: .75});
    }
    panels[reg].draw(s, `${losses[reg]} after ${data.steps[f]} steps: loss ${fixed(run.loss[f])}, effective rank ${fixed(run.rank[f])}, size ${fixed(run.size[f])}. The dashed circle is two standard deviations of the target.`);
    panels[reg].caption.innerHTML = `<strong style="border-bottom:3px solid var(--${reg})">${losses[reg]}</strong> loss ${fixed(run.loss[f])}<br>floor ${fixed(data.floor[reg])}<br>rank ${fixed(run.rank[f])} of 2<br>size ${fixed(run.size[f])}`;
  }
  function drawTrace(reg, run) {
    const log = v => Math.log10(Math.max(v, 1e-3)), all = [...run.loss, data.floor[reg]].map(log), low = Math.min(...all)-.3, high = Math.max(...all)+.3;
    const X = i => 6 + 188*i/last, Y = v => 80 - 70*(log(v)-low)/(high-low), f = state.frame;
    const line = run.loss.map((v, i) => `${i ? 'L' : 'M'}${X(i).toFixed(1)} ${Y(v).toFixed(1)}`).join('');
    traces[reg].draw(tag('path', {class: 'axis', d: 'M6 4V82H196'}) + tag('path', {class: 'floor', d: `M6 ${Y(data.floor[reg]).toFixed(1)}H194`})
      + tag('path', {class: 'cloud-line', d: line}) + tag('circle', {cx: X(f), cy: Y(run.loss[f]), r: 5, fill: 'currentColor'}),
      `Loss of ${losses[reg]} over the steps, on a logarithmic scale, from ${fixed(run.loss[0])} to ${fixed(run.loss[last])}; dotted, its floor ${fixed(data.floor[reg])}.`);
  }
  function draw() {
    const runs = data.runs[state.start], f = state.frame;
    for (const reg in losses) { drawCloud(reg, runs[reg]); drawTrace(reg, runs[reg]); }
    out.textContent = `${data.names[state.start]}, step ${data.steps[f]}. ` + Object.entries(losses)
      .map(([reg, name]) => `${name}: loss ${fixed(runs[reg].loss[f])} (floor ${fixed(data.floor[reg])}), rank ${fixed(runs[reg].rank[f])}.`).join(' ')
      + (f === last ? ' ' + data.verdict[state.start] : '');
    const pick = key => Object.fromEntries(Object.keys(losses).map(reg => [reg, runs[reg][key][f]]));
    ui.values({...state, step: data.steps[f], loss: pick('loss'), rank: pick('rank'), size: pick('size')});
  }
  stop(); draw();
};
