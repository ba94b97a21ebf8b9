// The numbers of the X-ray; tests/test_xray.py holds each of them against sigreg_nb.xray.diagnose.
const sum = x => { let s = 0; for (let i = 0; i < x.length; i++) s += x[i]; return s; };
const median = x => { const s = Float64Array.from(x).sort(), h = s.length >> 1; return s.length % 2 ? s[h] : (s[h-1] + s[h])/2; };

/** Mean, variance (divisor n) and kurtosis of n numbers; kurtosis NaN where nothing varies. */
function moments(u, n) {
  let first = u[0], mean = 0, two = 0, four = 0, size = 0;
  for (let i = 0; i < n; i++) { const x = u[i]; mean += x - first; size += x*x; }
  mean = first + mean/n;
  for (let i = 0; i < n; i++) { const x = (u[i] - mean)**2; two += x; four += x*x; }
  return {mean, size, variance: two/n, kurtosis: two > 1e-20*size ? n*four/(two*two) : NaN};
}
/** Gram matrix of m vectors that lie at z[i*si + k*sk], less the means of the features: its lower half stands in the workspace at `at`. */
function gram(z, m, long, si, sk, mean, byVector) {
  const stride = m + 3 & ~3, at = stride*long, work = workspace(at + stride*stride + 2*stride + 8), {x} = work, chunk = 512;
  for (let i = 0; i < m; i++) {
    const panel = (i >> 2)*4*long + (i & 3);
    for (let k = 0; k < long; k++) x[panel + 4*k] = z[i*si + k*sk] - mean[byVector ? i : k];
  }
  for (let k = 0; k < long; k += chunk) for (let i = 0; i < m; i += 4) for (let j = 0; j <= i; j += 4)
    work.tile(i*long + 4*k, j*long + 4*k, i*long + 4*Math.min(long, k + chunk), at + i*stride + j, stride);
  return {...work, at, stride};
}
/** Householder: a symmetric matrix becomes tridiagonal, {diagonal, beside}. Its lower half, at `at` in the workspace, is used up. */
function tridiagonal({x, at, stride, product, rankTwo}, m) {
  const diagonal = new Float64Array(m), beside = new Float64Array(m), v = at + stride*stride, p = v + stride, out = p + stride;
  for (let i = m-1; i > 0; i--) {
    const r = at + i*stride, f = x[r+i-1], four = i & ~3;
    let rest = 0, q = 0;
    for (let k = 0; k < i-1; k++) rest += x[r+k]*x[r+k];
    diagonal[i] = x[r+i]; beside[i-1] = f;
    if (rest === 0) continue;
    const s = rest + f*f, g = f > 0 ? -Math.sqrt(s) : Math.sqrt(s), h = s - f*g;
    beside[i-1] = g;
    for (let k = 0; k < i; k++) x[v+k] = x[r+k];
    x[v+i-1] = f - g;
    x.fill(0, p, p + i);
    for (let j = 0; j < i; j += 4) {                          // p = A v, four rows at a time; what lies near the diagonal by itself
      const a = at + j*stride, rows = Math.min(4, i - j);
      if (rows === 4 && j) { x.fill(0, out, out + 8); product(a, stride, v, v + j, p, v + j, out); }
      for (let k = 0; k < rows; k++) {
        let t = rows === 4 && j ? x[out+2*k] + x[out+2*k+1] : 0;
        if (rows < 4) for (let l = 0; l < j; l++) { t += x[a+k*stride+l]*x[v+l]; x[p+l] += x[a+k*stride+l]*x[v+j+k]; }
        for (let l = 0; l < k; l++) { t += x[a+k*stride+j+l]*x[v+j+l]; x[p+j+l] += x[a+k*stride+j+l]*x[v+j+k]; }
        x[p+j+k] += t + x[a+k*stride+j+k]*x[v+j+k];
      }
    }
    for (let k = 0; k < i; k++) { x[p+k] /= h; q += x[p+k]*x[v+k]; }
    for (let k = 0; k < i; k++) x[p+k] -= q/(2*h)*x[v+k];
    for (let j = 0; j < four; j += 4) rankTwo(at + j*stride, stride, v, v + j + 4, p, v + j, p + j);
    for (let j = four; j < i; j++) for (let k = 0; k <= j; k++) x[at+j*stride+k] -= x[v+j]*x[p+k] + x[p+j]*x[v+k];
  }
  diagonal[0] = x[at];
  return {diagonal, beside};
}
/** Eigenvalues of a tridiagonal matrix by implicit QL steps, falling. */
function eigenvalues({diagonal: d, beside: e}) {
  const n = d.length;
  for (let l = 0; l < n; l++) for (let tries = 0; ; tries++) {
    let m = l;
    while (m < n-1 && Math.abs(e[m]) > Number.EPSILON*(Math.abs(d[m]) + Math.abs(d[m+1]))) m++;
    if (m === l) break;
    if (tries > 60) throw new Error('The eigenvalues of these features did not converge.');
    let g = (d[l+1] - d[l])/(2*e[l]), r = Math.hypot(g, 1), s = 1, c = 1, p = 0, i = m-1;
    g = d[m] - d[l] + e[l]/(g + (g >= 0 ? r : -r));
    for (; i >= l; i--) {
      const f = s*e[i], b = c*e[i];
      e[i+1] = r = Math.hypot(f, g);
      if (r === 0) { d[i+1] -= p; e[m] = 0; break; }
      s = f/r; c = g/r; g = d[i+1] - p; r = (d[i] - g)*s + 2*c*b; p = s*r; d[i+1] = g + p; g = c*r - b;
    }
    if (i >= l) continue;
    d[l] -= p; e[l] = g; e[m] = 0;
  }
  return d.sort().reverse();
}
/** Eigenvalues of the covariance (divisor n-1); those that rounding can explain are 0 (collapse.eigen_spectrum). */
function spectrum({n, d, z, half}, mean, size) {
  const flat = d <= n, m = flat ? d : n;
  const work = flat ? gram(z, d, n, 1, d, mean, true) : gram(z, n, d, d, 1, mean, false);
  const limit = (half ? 2**-11 : 2**-24)**2 * size;
  const squares = eigenvalues(tridiagonal(work, m)).subarray(0, Math.min(n-1, d));
  return squares.map(s => s <= limit ? 0 : s/(n-1));
}
/** Regularized lower incomplete gamma function P(a, x), and the logarithm of the gamma function (Lanczos). */
function logGamma(x) {
  const c = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -.13857109526572012,
             9.9843695780195716e-6, 1.5056327351493116e-7];
  if (x < .5) return Math.log(Math.PI/Math.sin(Math.PI*x)) - logGamma(1 - x);
  const t = x + 6.5, a = c.reduce((s, v, i) => s + v/(x + i), .99999999999980993);
  return .5*Math.log(2*Math.PI) + (x - .5)*Math.log(t) - t + Math.log(a);
}
function lowerGamma(a, x) {
  if (x <= 0) return 0;
  let term = 1/a, total = term;
  for (let k = 1; term > 1e-17*total; k++) { term *= x/(a + k); total += term; }
  return Math.min(1, total*Math.exp(a*Math.log(x) - x - logGamma(a)));
}
/** The value below which a χ² variable of `freedom` degrees stays with probability p, by halving. */
function chiSquare(p, freedom) {
  let low = Math.log(1e-300), high = Math.log(freedom + 40*Math.sqrt(freedom) + 40);
  for (let i = 0; i < 200; i++) { const mid = (low + high)/2; if (lowerGamma(freedom/2, Math.exp(mid)/2) < p) low = mid; else high = mid; }
  return Math.exp(high);
}

/** Epps-Pulley statistic of n values on the grid of `setup` (epps_pulley.epps_pulley). */
function statistic(u, n, setup) {
  const {h, t, W} = setup, m = t.length, C = new Float64Array(m), S = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    const x = h*u[i], c = Math.cos(x), s = Math.sin(x);
    let c0 = 1, s0 = 0, c1 = c, s1 = s;                                        // cos and sin of jx, from those of (j-1)x and (j-2)x
    for (let j = 0; j < m; j++) {
      C[j] += c1; S[j] += s1;
      const c2 = 2*c*c1 - c0, s2 = 2*c*s1 - s0;
      c0 = c1; s0 = s1; c1 = c2; s1 = s2;
    }
  }
  return n*sum(t.map((s, j) => W[j]*((C[j]/n - Math.exp(-s*s/2))**2 + (S[j]/n)**2)));
}
/** P(T or more) of the null, from a table over the root of T with cubic steps between (epps_pulley.null_pvalue). */
function pvalue(T, {pvalue: p, step}) {
  const x = Math.sqrt(T)/step, i = Math.min(Math.floor(x), p.length - 1), f = x - i;
  if (i >= p.length - 1) return 0;
  const [a, b, c, d] = [i ? p[i-1] : p[1], p[i], p[i+1], p[Math.min(i + 2, p.length - 1)]];
  const value = b + f*((c - a)/2 + f*(a - 2.5*b + 2*c - d/2 + f*(1.5*(b - c) + (d - a)/2)));
  return Math.min(1, Math.max(0, value));
}
/** Random unit directions (k rows of length d), the same as in xray._shadows. */
function slices(d, k) {
  const g = sigregStory.normals(d*k, 0, 0), A = Array.from({length: k}, () => new Float64Array(d));
  for (let j = 0; j < d; j++) for (let i = 0; i < k; i++) A[i][j] = g[j*k + i];
  for (const a of A) { const length = Math.sqrt(a.reduce((s, x) => s + x*x, 0)); for (let j = 0; j < d; j++) a[j] /= length; }
  return A;
}
/** Shadows of all rows on every direction: k arrays of n. */
function project({z, n, d}, A) {
  const wide = n + 3 & ~3, k = A.length + 3 & ~3, second = wide*d, at = second + k*d, work = workspace(at + k*wide), {x} = work, chunk = 512;
  for (let i = 0; i < n; i++) { const panel = (i >> 2)*4*d + (i & 3); for (let j = 0; j < d; j++) x[panel + 4*j] = z[i*d + j]; }
  for (let i = 0; i < A.length; i++) { const panel = second + (i >> 2)*4*d + (i & 3); for (let j = 0; j < d; j++) x[panel + 4*j] = A[i][j]; }
  for (let j = 0; j < d; j += chunk) for (let b = 0; b < n; b += 4) for (let a = 0; a < A.length; a += 4)
    work.tile(second + a*d + 4*j, b*d + 4*j, second + a*d + 4*Math.min(d, j + chunk), at + a*wide + b, wide);
  return A.map((_, i) => x.slice(at + i*wide, at + i*wide + n));
}
/** xray.crowding: distance to the nearest of some rows, over what a Gaussian cloud would show. */
function crowding({z, n, d}, most) {
  const N = Math.min(n, most), draws = sigregStory.normals(n, 1, 0);
  if (N < 17) return null;
  const rows = draws.map((_, i) => i).sort((a, b) => draws[a] - draws[b]).slice(0, N), x = new Float64Array(N*d), mean = new Float64Array(d);
  rows.forEach((r, i) => { for (let j = 0; j < d; j++) { x[i*d+j] = z[r*d+j] - z[rows[0]*d+j]; mean[j] += x[i*d+j]/N; } });
  const {x: G, at, stride} = gram(x, N, d, d, 1, mean, false), g = (i, j) => G[at + i*stride + j];
  const nearest = new Float64Array(N).fill(Infinity), pairs = [];
  let total = 0, squares = 0;
  for (let i = 0; i < N; i++) {
    total += g(i, i); squares += g(i, i)**2;
    for (let j = 0; j < i; j++) {
      const s = Math.max(0, g(i, i) + g(j, j) - 2*g(i, j));
      squares += 2*g(i, j)**2; pairs.push(s); nearest[i] = Math.min(nearest[i], s); nearest[j] = Math.min(nearest[j], s);
    }
  }
  if (total === 0) return null;
  const P = total*total/squares, D = Math.min(P < N-1 ? Math.max(N*P - 2, 0)/(N-1 - P) : Infinity, d);
  const pair = median(pairs), expected = chiSquare(Math.LN2/(N-1), D)/chiSquare(.5, D);
  return pair ? median(nearest)/pair/expected : 0;
}
/** The numbers of collapse.collapse_report that need the spectrum, and those of the rows. */
function measures(cloud, lam, columns, size) {
  const {z, n, d, half} = cloud, total = sum(lam), squares = sum(lam.map(x => x*x)), r = Math.min(n-1, d);
  const rounding = (half ? 2**-11 : 2**-24)**2 * size, trace = (sum(columns.map(c => c.variance))*n);
  const P = trace <= rounding ? 0 : total*total/squares, shares = lam.map(x => total ? x/total : 0);
  const entropy = -sum(shares.map(p => p ? p*Math.log(p) : 0)), unit = new Float64Array(d), lengths = new Float64Array(n);
  let ones = 0;
  for (let i = 0; i < n; i++) {
    let s = 0;
    for (let j = 0; j < d; j++) s += z[i*d+j]**2;
    lengths[i] = Math.sqrt(s);
    if (s > 0) { ones++; for (let j = 0; j < d; j++) unit[j] += z[i*d+j]/lengths[i]; }
  }
  const mean = sum(lengths)/n, first = lengths[0], shift = sum(lengths.map(l => l - first))/n;
  const spreadOfLengths = sum(lengths.map(l => (l - first - shift)**2))/(n-1);
  return {spread: trace <= rounding ? 0 : Math.sqrt(trace/((n-1)*d)), participation_ratio: P, rankme_lambda: total ? Math.exp(entropy) : 0, spectral_entropy: entropy,
    alpha_req: decay(lam, r > 3 ? [3, 100] : [1, r]), isotropy_gap: Math.sqrt(Math.max(0, 1 - P/d)),
    mean_cosine: (sum(unit.map(x => x*x)) - ones)/(n*(n-1)), norm_variance: mean ? spreadOfLengths/mean**2 : 0, rank_bound: r,
    length: Math.sqrt(size/(n*d))};
}
/** Slope of log λ on log k with weights 1/k (collapse.alpha_req). */
function decay(lam, [from, to]) {
  const used = [...lam].map((x, i) => [i + 1, x]).filter(([k, x]) => x > 0 && k >= from && k <= to), w = sum(used.map(([k]) => 1/k));
  if (used.length < 2) return Infinity;
  const mean = sum(used.map(([k]) => Math.log(k)/k))/w;
  return -sum(used.map(([k, x]) => (Math.log(k) - mean)/k*Math.log(x))) / sum(used.map(([k]) => (Math.log(k) - mean)**2/k));
}
function alive(lam, n, d, L) {
  const total = sum(lam), gamma = d/(n-1), share = (1 - Math.sqrt(gamma))**2/(1 + gamma);
  if (!total) return 0;
  const limit = L.dead*share*sum(lam.map(x => x*x))/total;
  return lam.filter(x => x > limit).length;
}
/** xray._strong, _weak and _vcreg. */
function losses(cloud, lam, columns, scores, {limits: L, slices: k, null: law}) {
  const {n, d} = cloud, m = n-1, s = L.sigmas, entry = (value, floor, limit) => ({value, floor, limit, sees: value > limit});
  const strong = entry(sum(scores)/scores.length, law.mean, law.mean + s*Math.sqrt(law.variance*(1/k + 1/d)));
  const q = Math.min(d, 64), theory = sigregStory.weakTheory(n, d, 64), trace = sum(lam), square = sum(lam.map(x => x*x));
  const weak = d === q ? square - 2*trace + d : q*(trace/d - 1)**2 + q*(q+1)*square/d**2, e = 1/(1/m + (d === q ? 0 : 1/d));
  const spread = 4*q*(q+1)/e**2 + 4*q*(2*q*q + 5*q + 4)/e**3;
  const v = columns.map(c => c.variance*n/m), off = d > 1 ? (square - sum(v.map(x => x*x)))/(d*(d-1)) : 0, pair = d > 1 ? 4*(1 + 2*d/m)/(m*m*d*(d-1)) : 0;
  const deviation = Math.sqrt(2/m)*Math.exp(logGamma((m+1)/2) - logGamma(m/2));
  const floor = lowerGamma(m/2, m/2) - deviation*lowerGamma((m+1)/2, m/2) + (d > 1 ? 1/m : 0);
  const hinge = sum(v.map(x => Math.max(0, 1 - Math.sqrt(x))))/d;
  return {strong, weak: entry(Math.sqrt(Math.max(0, weak)), Math.sqrt(theory.floor), Math.sqrt(theory.V + s*Math.sqrt(spread))),
          vcreg: entry(hinge + Math.max(0, off), floor, floor + s*Math.sqrt((.5 - .5/Math.PI)/(2*m*d) + pair))};
}
/** xray._rules and _judge: every kind with its number, its limit, and whether it is found. */
function kinds(m, n, d, {limits: L, rows}) {
  const r = m.rank_bound, P = m.participation_ratio, few = L.few*r, a = m.alive, shape = m.spread > 0 && n >= L.rows, D = Math.max(a, 1);
  const judge = (value, sign, limit, applies) => ({value, sign, limit, found: applies && value !== null && (sign === '≤' ? value <= limit : value >= limit)});
  const point = Math.max(m.length ? m.spread/m.length : 0, m.spread/5), room = 3/Math.sqrt(2*(n-1)*d), near = L.crowded - 2/Math.sqrt(Math.min(n, rows));
  const clumped = m.crowding === null || m.least_kurtosis === null ? null
    : Math.min(near > 0 ? m.crowding/near : Infinity, m.least_kurtosis/(L.humps - 2/Math.sqrt(n)));
  const size = m.spread < 1 ? ['≤', L.narrow - room] : ['≥', L.wide + room];
  return {
    point: judge(point, '≤', L.point, true), line: judge(a, '≤', 1, shape && r > 1),
    'few directions': judge(a, '≤', few, shape && a > 1),
    'dead directions': judge(Math.max(r - a, m.constant), '≥', 1, shape && a > few),
    'few loud directions': judge(P, '≤', 1 + L.loud*(((n-1)*D + 2)/(n + D) - 1), shape && a > 1),
    'heavy tails': judge(m.kurtosis, '≥', L.heavy + 10/Math.sqrt(n), shape), clusters: judge(clumped, '≤', 1, shape),
    'wrong scale': judge(m.spread, ...size, point > L.point),
    'not centred': judge(m.mean_cosine, '≥', L.aside + 4*Math.sqrt(2/(n*(n-1)*Math.max(P, 1))), true)};
}
function verdict(kinds, losses, n) {
  const found = Object.keys(kinds).filter(name => kinds[name].found);
  if (found.length) return found.join(', ') + '.';
  return losses.strong.sees ? 'none of these kinds, but Strong sees a fault.' : `round, as far as ${n} rows can tell.`;
}
/** The report of xray.diagnose for {z, n, d, half}; `said` is told what is being done. */
function diagnose(cloud, options, said = () => {}) {
  const {z, n, d} = cloud, setup = sigregStory.quadrature(), columns = [], axes = new Float64Array(d);
  said('Looking along every feature');
  const near = new Float64Array(16*n);                        // sixteen features, each in one piece
  for (let from = 0; from < d; from += 16) {
    const to = Math.min(d, from + 16);
    for (let i = 0; i < n; i++) for (let j = from, o = i*d; j < to; j++) near[(j-from)*n + i] = z[o+j];
    for (let j = from; j < to; j++) { const u = near.subarray((j-from)*n, (j-from+1)*n); columns.push(moments(u, n)); axes[j] = statistic(u, n, setup); }
  }
  const size = sum(columns.map(c => c.size)), mean = Float64Array.from(columns, c => c.mean);
  said('Looking along 64 random slices');
  const U = project(cloud, slices(d, options.slices)), random = U.map(u => statistic(u, n, setup));
  const tails = [U.map(u => moments(u, n)), columns].map(all => all.map(c => c.kurtosis).filter(k => !Number.isNaN(k))).filter(k => k.length);
  said('Measuring distances between rows');
  const crowd = crowding(cloud, options.rows);
  said('Computing the covariance and its spectrum');
  const lam = spectrum(cloud, mean, size);
  const m = {...measures(cloud, lam, columns, size), alive: alive(lam, n, d, options.limits), constant: columns.filter(c => c.variance === 0).length,
    kurtosis: tails.length ? Math.max(...tails.map(median)) : null, least_kurtosis: tails.length ? Math.min(...tails.flat()) : null, crowding: crowd};
  const found = {losses: losses(cloud, lam, columns, random, options), kinds: kinds(m, n, d, options)}, scores = {slices: random, axes: [...axes]};
  return {shape: [n, d], verdict: verdict(found.kinds, found.losses, n), measures: m, spectrum: [...lam], scores,
    pvalues: Object.fromEntries(Object.entries(scores).map(([name, T]) => [name, T.map(t => pvalue(t, options.null))])), ...found};
}
