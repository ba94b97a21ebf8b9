// What the story computes besides the losses of losses.js: fast scores and gradients, its clouds, its descent; tests/test_story.py holds each against sigreg_nb.
Object.assign(sigregStory, (() => {
  const {sum, mean, normal, knots, ecf, apart, eppsPulleyExact, covariance} = sigregLosses;

  // --- the score of one shadow ---
  /** Positive knots t and weights W of the trapezoid rule, folded onto t > 0 (epps_pulley.quadrature). */
  function quadrature(tMax = 5, m = 17) {
    const half = knots([tMax, m]).slice(-(m >> 1));
    return {h: 2*tMax/(m-1), t: half.map(([t]) => t), W: half.map(([, w]) => 2*w)};
  }
  const gap2 = (u, t) => apart(ecf(u, t), [normal(t), 0]);
  /** cos and sin of x at m equally spaced knots, into c and s from place `at`: one or two turns, the rest by multiplication. */
  function around(x, first, h, m, c, s, at) {
    const a = Math.cos(h*x), b = Math.sin(h*x);
    c[at] = first === h ? a : Math.cos(first*x); s[at] = first === h ? b : Math.sin(first*x);
    for (let j = at+1; j < at+m; j++) { c[j] = c[j-1]*a - s[j-1]*b; s[j] = s[j-1]*a + c[j-1]*b; }
  }
  /** cos tu and sin tu of all numbers at all knots, the gap of the mean to the normal's, real and imaginary, and the score. */
  let c = new Float64Array(0), s = c;                          // kept from call to call
  function wound(u, {t, h, W}) {
    const n = u.length, m = t.length, re = new Float64Array(m), im = new Float64Array(m);
    if (c.length < n*m) { c = new Float64Array(n*m); s = new Float64Array(n*m); }
    for (let i = 0; i < n; i++) around(u[i], t[0], h, m, c, s, i*m);
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) { re[j] += c[i*m+j]/n; im[j] += s[i*m+j]/n; }
    let T = 0;
    for (let j = 0; j < m; j++) { re[j] -= normal(t[j]); T += n*W[j]*(re[j]**2 + im[j]**2); }
    return {c, s, re, im, T};
  }
  /** Epps-Pulley statistic on a grid (epps_pulley.epps_pulley). */
  const eppsPulley = (u, tMax, m) => wound(u, quadrature(tMax, m)).T;
  /** Shadow of points (n, d) on a direction (d). */
  const project = (points, a) => points.map(p => { let s = 0; for (let i = 0; i < a.length; i++) s += p[i]*a[i]; return s; });

  // --- random numbers that Python draws too ---
  const wrap = x => BigInt.asIntN(64, x), shift = (x, k) => BigInt.asUintN(64, x) >> k;
  const GOLDEN = 0x9e3779b97f4a7c15n;
  function splitmix64(x) {
    x = BigInt.asUintN(64, x + GOLDEN);
    x = BigInt.asUintN(64, (x ^ shift(x, 30n)) * 0xbf58476d1ce4e5b9n);
    x = BigInt.asUintN(64, (x ^ shift(x, 27n)) * 0x94d049bb133111ebn);
    return wrap(x ^ shift(x, 31n));
  }
  /** Standard normals from a seed and a step (slices.counter_normal). */
  function normals(count, seed, step = 0) {
    const state = splitmix64(splitmix64(BigInt(seed)) + BigInt(step)), half = (count+1) >> 1, x = new Array(2*half);
    for (let i = 0; i < half; i++) {
      const bits = splitmix64(wrap(state + GOLDEN*BigInt(i)));
      const radius = Math.sqrt(-2*Math.log((Number(bits & 0xffffffffn) + .5) / 2**32));
      const angle = Number(bits >> 32n) * Math.PI / 2**31;
      x[i] = radius*Math.cos(angle); x[half+i] = radius*Math.sin(angle);
    }
    return x.slice(0, count);
  }
  const rows = (x, d) => Array.from({length: x.length/d}, (_, i) => x.slice(i*d, (i+1)*d));
  /** The cloud of the story, 256 points with 64 features (story.story_cloud). */
  let kept;
  const features = () => kept ||= rows(normals(256*64, 4), 64);
  const cloud = () => features().map(r => r.slice(0, 3));
  /** k directions in space (story.story_slices). */
  function directions(k, step = 0) {
    const x = normals(3*k, 1, step);
    return Array.from({length: k}, (_, j) => { const a = [x[j], x[k+j], x[2*k+j]], l = Math.hypot(...a); return a.map(v => v/l); });
  }
  /** Row vectors times a matrix. */
  const times = (points, M) => points.map(p => M[0].map((_, j) => p.reduce((s, v, i) => s + v*M[i][j], 0)));
  const TILT = [[.8, .36, .48], [-.6, .48, .64], [0, -.8, .6]], scaled = (x, s) => x.map(p => p.map((v, i) => v*s[i]));
  /** Shapes of equal total variance (story.story_clouds). */
  function shape(name, x) {
    const root = (...v) => times(scaled(x, v.map(Math.sqrt)), TILT);
    if (name === 'line') return root(2.98, .01, .01);
    if (name === 'sheet') return root(1.495, 1.495, .01);
    if (name === 'clusters') return times(x.map((p, i) => p.map((v, j) => .5*v + (j ? 0 : i % 2 ? 1.5 : -1.5))), TILT);
    if (name === 'heavy') return x.map(p => p.map(v => v*Math.hypot(...p)**2/Math.sqrt(35)));
    if (name === 'ring') return times(x.map(([a, b, c]) => { const r = Math.sqrt(2.99)/Math.hypot(a, b); return [a*r, b*r, .1*c]; }), TILT);
    return x;
  }

  // --- covariance, and what Weak and VCReg make of it ---
  /** y less its mean. */
  function centered(y) { const mu = y[0].map((_, j) => mean(y.map(r => r[j]))); return y.map(r => r.map((v, j) => v - mu[j])); }
  const trace = C => sum(C.map((r, i) => r[i])), square = C => sum(C.map(r => sum(r.map(x => x*x))));
  /** Soft count of directions (collapse.participation_ratio) and size (collapse.spread). */
  const rank = z => { const C = covariance(z), t = trace(C); return t > 1e-24 ? t*t/square(C) : 0; };
  const size = z => Math.sqrt(trace(covariance(z))/z[0].length);
  /** weak.weak_noise, weak.weak_shrinkage and weak.weak_floor (squared) for a Gaussian sketch; none when d <= k. */
  function weakTheory(n, d, k) {
    const sketched = d > k, dim = sketched ? k : d;
    const V = dim*(dim+1)/(n-1) + (sketched ? k*(k+1)/d + k*(k+3)/(d*(n-1)) : 0);
    return {V, k: dim, shrinkage: dim/(dim+V), floor: V*dim/(dim+V)};
  }
  /** Expected squared weak loss of a Gaussian cloud of variance v per direction. */
  const weakExpected = (v, {V, k}) => v*v*(k+V) - 2*v*k + k;

  // --- losses of points z (n, d), with their gradients ---
  const losses = {
    /** strong.strong_sigreg along the directions A. */
    strong(z, A) {
      const grid = quadrature(), {t, W} = grid, m = t.length, G = z.map(p => p.map(() => 0)), k = A.length;
      let value = 0;
      for (const a of A) {
        const {c, s, re, im, T} = wound(project(z, a), grid);
        const p = t.map((v, j) => 2*W[j]*v*im[j]/k), q = t.map((v, j) => 2*W[j]*v*re[j]/k);
        value += T/k;
        for (let i = 0; i < z.length; i++) {
          let slope = 0;
          for (let j = 0; j < m; j++) slope += p[j]*c[i*m+j] - q[j]*s[i*m+j];
          for (let l = 0; l < a.length; l++) G[i][l] += slope*a[l];
        }
      }
      return {value, G};
    },
    /** weak.weak_sigreg, squared, without a sketch. */
    weak(z) {
      const E = covariance(z).map((r, i) => r.map((v, j) => v - (i === j)));
      return {value: sigregLosses.losses.weak(z, {form: 'squared'}), G: times(centered(z), E.map(r => r.map(v => 4*v/(z.length-1))))};
    },
    /** vcreg_loss.vcreg with α = β = 1. */
    vcreg(z) {
      const C = covariance(z), d = C.length, n = z.length, sd = C.map((r, i) => Math.sqrt(r[i]));
      const off = C.map((r, i) => r.map((v, j) => i === j ? 0 : v));
      const M = off.map((r, i) => r.map((v, j) => i !== j ? 4*v/(d*(d-1)*(n-1)) : sd[i] > 0 && sd[i] < 1 ? -1/(d*(n-1)*sd[i]) : 0));
      return {value: sigregLosses.losses.vcreg(z, {}), G: times(centered(z), M)};
    }};
  /** Step s of the descent (story.fall): downhill, and no point farther than 0.3 √d. */
  function fall(z, reg, s) {
    const d = z[0].length, n = z.length, far = .3*Math.sqrt(d), rate = {strong: .3*d, weak: .05*n/4, vcreg: .02*n*d}[reg];
    const {G} = losses[reg](z, reg === 'strong' ? directions(32, s+1) : null);
    return z.map((p, i) => { const r = rate*Math.min(1, far/(rate*Math.hypot(...G[i]) || 1)); return p.map((v, j) => v - r*G[i][j]); });
  }
  return {sum, mean, quadrature, ecf, gap2, eppsPulley, eppsPulleyExact, project, normals, rows, features, cloud, directions, times, scaled, shape, TILT,
          centered, covariance, trace, square, rank, size, weakTheory, weakExpected, losses, fall,
          lossOf: (reg, z, A) => losses[reg](z, A)};
})());
