// The formulas of the book that the story computes anew; tests/test_story.py holds each of them against sigreg_nb.
Object.assign(sigregStory, (() => {
  const sum = x => x.reduce((a, b) => a + b, 0), mean = x => sum(x) / x.length;

  /** Positive knots t and weights W of the trapezoid rule, folded onto t > 0 (epps_pulley.quadrature). */
  function quadrature(tMax = 5, m = 17) {
    const h = 2*tMax / (m-1), t = Array.from({length: m >> 1}, (_, j) => h*(j + (m % 2 ? 1 : .5)));
    return {h, t, W: t.map((s, j) => 2*h*Math.exp(-s*s/2) / (j === t.length-1 ? 2 : 1))};
  }
  /** Empirical characteristic function of the numbers u at t: [real, imaginary]. */
  const ecf = (u, t) => [mean(u.map(x => Math.cos(t*x))), mean(u.map(x => Math.sin(t*x)))];
  const gap2 = (u, t) => { const [c, s] = ecf(u, t); return (c - Math.exp(-t*t/2))**2 + s*s; };
  /** Epps-Pulley statistic on a grid (epps_pulley.epps_pulley). */
  function eppsPulley(u, tMax, m) {
    const {t, W} = quadrature(tMax, m);
    return u.length * sum(t.map((s, j) => W[j]*gap2(u, s)));
  }
  /** The same integral over the whole line (epps_pulley.epps_pulley_exact). */
  function eppsPulleyExact(u) {
    const n = u.length;
    let pairs = n;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs += 2*Math.exp(-((u[i]-u[j])**2)/2);
    return Math.sqrt(2*Math.PI) * (pairs/n - Math.SQRT2*sum(u.map(x => Math.exp(-x*x/4))) + n/Math.sqrt(3));
  }
  /** Shadow of points (n, d) on a direction (d). */
  const project = (points, a) => points.map(p => p.reduce((s, x, i) => s + x*a[i], 0));

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
  /** Covariance of y (n, k) with divisor n-1, as k rows. */
  function covariance(y) {
    const n = y.length, k = y[0].length, mu = y[0].map((_, j) => mean(y.map(r => r[j])));
    const c = y.map(r => r.map((v, j) => v - mu[j])), C = Array.from({length: k}, () => new Array(k).fill(0));
    for (const r of c) for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) C[i][j] += r[i]*r[j]/(n-1);
    for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) C[j][i] = C[i][j];
    return C;
  }
  /** weak.weak_noise, weak.weak_shrinkage and weak.weak_floor (squared) for a Gaussian sketch; none when d <= k. */
  function weakTheory(n, d, k) {
    const sketched = d > k, size = sketched ? k : d;
    const V = size*(size+1)/(n-1) + (sketched ? k*(k+1)/d + k*(k+3)/(d*(n-1)) : 0);
    return {V, k: size, shrinkage: size/(size+V), floor: V*size/(size+V)};
  }
  /** Expected squared weak loss of a Gaussian cloud of variance v per direction. */
  const weakExpected = (v, {V, k}) => v*v*(k+V) - 2*v*k + k;
  return {sum, mean, quadrature, ecf, gap2, eppsPulley, eppsPulleyExact, project, normals, rows, covariance, weakTheory, weakExpected};
})());
