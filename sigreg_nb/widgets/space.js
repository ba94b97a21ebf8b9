// A cloud in space, drawn by hand on a canvas: camera, target surface, points, planes.
sigregStory.space = (canvas, look = {}) => {
  const {clamp, hear} = sigregStory, g = canvas.getContext('2d'), ring = Array.from({length: 49}, (_, i) => i*Math.PI/24);
  const R = 2.5;                                       // nine of ten points of the target lie within R
  const scene = {turn: 35, tilt: 18, half: 3.7, ...look};
  let w = 1, h = 1, unit = 1, eye = 1, turned, color, sprite;

  // --- colors of the page ---
  function paint() {
    const style = getComputedStyle(canvas), of = name => style.getPropertyValue('--' + name).trim();
    color = {ink: style.color, cloud: of('cloud'), target: of('target'), rim: of('rim'), shine: of('shine')};
    sprite = document.createElement('canvas'); sprite.width = sprite.height = 48;
    const s = sprite.getContext('2d'), ball = s.createRadialGradient(18, 16, 1, 24, 24, 23);
    ball.addColorStop(0, color.shine); ball.addColorStop(.45, color.cloud); ball.addColorStop(1, color.rim);
    s.fillStyle = ball; s.beginPath(); s.arc(24, 24, 23, 0, 7); s.fill();
  }
  // --- camera ---
  function begin() {
    const dpr = Math.min(2, devicePixelRatio || 1), box = [canvas.clientWidth, canvas.clientHeight];
    if (w !== box[0] || h !== box[1] || canvas.width !== Math.round(w*dpr)) {
      [w, h] = box; canvas.width = Math.round(w*dpr); canvas.height = Math.round(h*dpr);
    }
    if (!color) paint();
    const [a, b] = [scene.turn, scene.tilt].map(v => v*Math.PI/180);
    turned = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]; unit = Math.min(w, h)/2/scene.half; eye = 3*scene.half;
    g.setTransform(dpr, 0, 0, dpr, 0, 0); g.clearRect(0, 0, w, h);
  }
  /** Pixels of a point, its distance behind the middle, and how much nearer things look larger there. */
  function see([x, y, z]) {
    const [ca, sa, cb, sb] = turned, p = ca*x - sa*y, q = sa*x + ca*y, away = cb*q - sb*z;
    const f = eye/(eye + Math.max(away, -.7*eye));
    return [w/2 + unit*f*p, h/2 - unit*f*(cb*z + sb*q), away, f];
  }
  /** Is the eye on this side of the plane through the middle with normal v? */
  function toward(v) { const [ca, sa, cb, sb] = turned; return -(cb*(sa*v[0] + ca*v[1]) - sb*v[2]); }

  // --- what can be drawn ---
  function line(points, {stroke = 'ink', width = 1, alpha = 1, dash = [], fill} = {}) {
    g.beginPath(); points.forEach((p, i) => { const [x, y] = see(p); if (i) g.lineTo(x, y); else g.moveTo(x, y); });
    if (fill) { g.closePath(); g.globalAlpha = fill.alpha; g.fillStyle = color[fill.color] || fill.color; g.fill(); }
    g.setLineDash(dash); g.globalAlpha = alpha; g.lineWidth = width; g.strokeStyle = color[stroke] || stroke;
    if (width) g.stroke();
    g.setLineDash([]); g.globalAlpha = 1;
  }
  const meridian = v => ring.map(t => [R*Math.cos(v)*Math.cos(t), R*Math.sin(v)*Math.cos(t), R*Math.sin(t)]);
  const parallel = z => ring.map(t => [R*Math.sqrt(1-z*z)*Math.cos(t), R*Math.sqrt(1-z*z)*Math.sin(t), R*z]);
  const circles = [...[0, Math.PI/3, 2*Math.PI/3].map(meridian), ...[-.5, 0, .5].map(parallel)];
  function rings(front, alpha) {
    g.beginPath();
    for (const c of circles) {
      let on = false;
      for (const p of c) {
        const [x, y, away] = see(p);
        if ((away < 0) === front) { if (on) g.lineTo(x, y); else g.moveTo(x, y); on = true; } else on = false;
      }
    }
    g.globalAlpha = alpha; g.strokeStyle = color.target; g.lineWidth = 1; g.stroke(); g.globalAlpha = 1;
  }
  /** The target surface: its far side before the points are drawn, its near side after them. */
  function surface(front) {
    const r = unit*R*eye/Math.sqrt(eye*eye - R*R), x = w/2, y = h/2, fog = g.createRadialGradient(x - .35*r, y - .4*r, .05*r, x, y, r);
    const levels = front ? [[0, .02], [.75, .05], [1, .2]] : [[0, .1], [.7, .16], [1, .3]];
    for (const [at, alpha] of levels) fog.addColorStop(at, color.target + Math.round(255*alpha).toString(16).padStart(2, '0'));
    g.fillStyle = fog; g.beginPath(); g.arc(x, y, r, 0, 7); g.fill();
    rings(front, front ? .3 : .16);
  }
  /** Points, far ones first, smaller and paler; `keep` says which. */
  function points(z, {size = 5, keep} = {}) {
    const seen = [];
    for (const p of z) if (!keep || keep(p)) seen.push(see(p));
    seen.sort((a, b) => b[2] - a[2]);
    for (const [x, y, away, f] of seen) {
      const r = size*f*clamp(Math.min(w, h)/360, .55, 1.3);
      g.globalAlpha = clamp(.82 - .5*away/scene.half, .3, 1); g.drawImage(sprite, x-r, y-r, 2*r, 2*r);
    }
    g.globalAlpha = 1;
  }
  function dots(z, {r = 2, fill = 'ink', alpha = 1} = {}) {
    g.fillStyle = color[fill] || fill; g.globalAlpha = alpha; g.beginPath();
    for (const p of z) { const [x, y] = see(p); g.moveTo(x+r, y); g.arc(x, y, r, 0, 7); }
    g.fill(); g.globalAlpha = 1;
  }
  /** Many separate lines at once, dashed. */
  function strokes(pairs, {stroke = 'ink', alpha = .4, dash = [3, 3], width = 1} = {}) {
    g.beginPath();
    for (const [p, q] of pairs) { const [x, y] = see(p), [X, Y] = see(q); g.moveTo(x, y); g.lineTo(X, Y); }
    g.setLineDash(dash); g.globalAlpha = alpha; g.strokeStyle = color[stroke] || stroke; g.lineWidth = width; g.stroke();
    g.setLineDash([]); g.globalAlpha = 1;
  }

  // --- turning it by hand ---
  const round = v => ((v + 540) % 360) - 180;
  function turn(dx, dy) { scene.turn = round(scene.turn + dx); scene.tilt = clamp(scene.tilt + dy, -80, 80); }
  /** Drag and arrow keys turn the scene; a tap or Enter asks for more. */
  function handle({moved = () => {}, tap = () => {}, enter = tap}) {
    canvas.classList.add('sgs-scene'); canvas.tabIndex = 0; canvas.setAttribute('role', 'application');
    canvas.addEventListener('keydown', e => {
      const step = {ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10]}[e.key];
      if (step) { e.preventDefault(); turn(...step); moved(); }
      if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); enter(); }
    });
    let last = null, far = 0;
    canvas.addEventListener('pointerdown', e => { last = [e.clientX, e.clientY]; far = 0; });
    canvas.addEventListener('pointermove', e => {
      if (!last) return;
      const [dx, dy] = [e.clientX - last[0], e.clientY - last[1]];
      far += Math.abs(dx) + Math.abs(dy); last = [e.clientX, e.clientY];
      if (far > 5) { canvas.setPointerCapture(e.pointerId); turn(dx*.6, e.pointerType === 'mouse' ? dy*.6 : 0); moved(); }
    });
    canvas.addEventListener('pointerup', e => {
      const box = canvas.getBoundingClientRect();
      if (last && far <= 5) tap(e.clientX - box.left, e.clientY - box.top);
      last = null;
    });
    canvas.addEventListener('pointercancel', () => { last = null; });
  }
  hear('theme', () => { color = null; });
  return Object.assign(scene, {R, begin, see, toward, line, surface, points, dots, strokes, handle, rotate: turn});
};
/** Scenes in `root` that turn together, slowly, until a hand turns one of them or a tap stops them. `draw` draws all, and says whether to go on. */
sigregStory.together = (root, scenes, draw) => {
  const {calm, frames, hear} = sigregStory;
  let turning = !calm(), last = 0;
  const wake = frames(root, now => {
    if (turning) for (const s of scenes) s.rotate((last ? Math.min(50, now - last) : 16)*.011, 0);
    const more = draw(now) || turning;
    last = more ? now : 0;
    return more;
  });
  for (const s of scenes) s.handle({
    moved() { turning = false; for (const other of scenes) Object.assign(other, {turn: s.turn, tilt: s.tilt}); wake(); },
    tap() { turning = !turning && !calm(); wake(); }});
  hear('theme', wake); new ResizeObserver(wake).observe(root);
  return wake;
};
