// The losses of sigreg_nb as formulas on arrays of rows, z[i][j], in plain JavaScript: the widgets of the book compute with them, and a port may start here.
// node losses.js FILE: values and difference quotients of the golden vectors in FILE.
globalThis.sigregLosses ||= (() => {
  const {exp, cos, sin, sqrt, PI, abs, log} = Math;
  const sum = x => x.reduce((a, b) => a + b, 0), mean = x => sum(x)/x.length, squares = x => sum(x.map(v => v*v));
  const range = n => [...Array(n).keys()], identity = d => range(d).map(i => range(d).map(j => +(i === j)));
  const dot = (x, y) => sum(x.map((v, i) => v*y[i])), column = (z, j) => z.map(row => row[j]);
  const transpose = z => range(z[0].length).map(j => column(z, j));
  const product = (z, A) => { const columns = transpose(A); return z.map(row => columns.map(a => dot(row, a))); };
  const off = C => C.flatMap((row, i) => row.filter((_, j) => j !== i)), diagonal = C => C.map((row, i) => row[i]);
  const sorted = x => [...x].sort((a, b) => a - b);

  /** Shares of the rows, and the effective number of rows. */
  function masses(n, weight) {
    const w = weight ?? Array(n).fill(1), p = w.map(x => x/sum(w));
    return [p, 1/squares(p)];
  }

  // --- one slice ---
  const GRIDS = {'weak-sigreg': [5, 17], lejepa: [3, 33]}, normal = t => exp(-t*t/2);
  /** Knots t of a grid, and the weights of the trapezoid rule times exp(-t²/2). */
  function knots(grid) {
    const [top, m] = GRIDS[grid] ?? grid, h = 2*top/(m - 1);
    return range(m).map(i => -top + i*h).map((t, i) => [t, h*normal(t)*(i % (m - 1) ? 1 : .5)]);
  }
  /** Empirical characteristic function of the numbers u with the shares p at t: real and imaginary part. */
  const ecf = (u, t, p = masses(u.length)[0]) => [dot(p, u.map(x => cos(t*x))), dot(p, u.map(x => sin(t*x)))];
  const apart = ([c, s], [re, im]) => (c - re)**2 + (s - im)**2;
  /** The integral over the whole line, from the means over pairs and over single numbers. */
  const wholeLine = (n, pairs, single) => sqrt(2*PI)*n*(pairs - sqrt(2)*single + 1/sqrt(3));
  function eppsPulleyExact(u) {
    const n = u.length;
    let pairs = n;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs += 2*normal(u[i] - u[j]);
    return wholeLine(n, pairs/n**2, mean(u.map(x => exp(-x*x/4))));
  }

  // --- along slices ---
  function strong(z, {A, grid = 'weak-sigreg', scale = 'n', excess = false, weight, target = t => [normal(t), 0]}) {
    const [p, n] = masses(z.length, weight), W = knots(grid);
    const slices = transpose(product(z, A)).map((u, k) => sum(W.map(([t, w]) => w*apart(ecf(u, t, p), target(t, column(A, k))))));
    const L = n*mean(slices) - (excess ? sum(W.map(([t, w]) => w*(1 - normal(t)**2))) : 0);
    return scale === 'n' ? L : L/n;
  }
  const strongExact = (z, {A}) => mean(transpose(product(z, A)).map(eppsPulleyExact));
  /** 1F1(1/2; d/2; -x) = exp(-x) 1F1((d-1)/2; d/2; x). */
  function kummer(d, x) {
    let term = 1, total = 1;
    for (let j = 0; j < 500 && term > 1e-17*total; j++) total += term *= ((d - 1)/2 + j)/(d/2 + j)*x/(j + 1);
    return exp(-x)*total;
  }
  function strongInfinite(z) {
    const k = x => kummer(z[0].length, x/2);
    return wholeLine(z.length, mean(z.flatMap(a => z.map(b => k(squares(a.map((x, j) => x - b[j])))))), mean(z.map(a => k(squares(a)/2))));
  }
  /** Near 0 by its series, far from it by its continued fraction. */
  function erfc(x) {
    if (x < 0) return 2 - erfc(-x);
    if (x > 2.5) { let f = 0; for (let k = 80; k > 0; k--) f = k/2/(x + f); return exp(-x*x)/sqrt(PI)/(x + f); }
    let term = x, total = x;
    for (let k = 1; k < 80; k++) total += (term *= -x*x/k)/(2*k + 1);
    return 1 - 2/sqrt(PI)*total;
  }
  /** Of N(0, 1), by Newton's method. */
  function quantile(p) {
    let x = 0;
    for (let k = 0; k < 60; k++) x -= (erfc(-x/sqrt(2))/2 - p)*sqrt(2*PI)/normal(x);
    return x;
  }
  function slicedW2(z, {A}) {
    const n = z.length, ends = range(n + 1).map(i => i % n ? normal(quantile(i/n))/sqrt(2*PI) : 0);
    return 1 + mean(transpose(product(z, A)).map(u => squares(u)/n + 2*dot(sorted(u), range(n).map(i => ends[i + 1] - ends[i]))));
  }

  // --- covariance ---
  function covariance(z, weight, divisor) {
    const [p, n] = masses(z.length, weight), m = transpose(z).map(x => dot(p, x)), factor = n/(divisor ?? n - 1);
    const y = transpose(z.map(row => row.map((x, j) => x - m[j]))), py = y.map(x => x.map((v, i) => factor*p[i]*v));
    return y.map(a => py.map(b => dot(a, b)));
  }
  /** Squared distance of the covariance and M as an average over four different rows. */
  function unbiased(z, M) {
    const four = [], n = z.length, minus = (a, b) => a.map((x, j) => x - b[j]), C = covariance(z);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) for (let l = 0; l < n; l++) {
      if (new Set([i, j, k, l]).size === 4) four.push(dot(minus(z[i], z[j]), minus(z[k], z[l]))**2/4);
    }
    return mean(four) - 2*sum(diagonal(product(C, M))) + squares(M.flat());
  }
  function weak(z, {S, form = 'frobenius', weight}) {
    const y = S ? product(z, S) : z;
    if (form === 'unbiased') return unbiased(y, S ? product(transpose(S), S) : identity(y[0].length));
    const L = squares(covariance(y, weight).flatMap((row, i) => row.map((x, j) => x - (i === j))));
    return form === 'frobenius' ? sqrt(L) : L;
  }
  function vcreg(z, {alpha = 1, beta = 1, delta = null, eps = 0, weight}) {
    const C = covariance(z, weight), d = C.length, bend = x => delta === null || x <= delta ? x*x : 2*delta*x - delta*delta;
    const hinge = mean(diagonal(C).map(v => Math.max(1 - sqrt(v + eps), 0)));
    return alpha*hinge + beta*sum(off(C).map(x => bend(abs(x))))/Math.max(d*(d - 1), 1);
  }
  const vicreg = (z, {mu = 25, nu = 1, eps = 1e-4, weight}) => vcreg(z, {alpha: mu, beta: nu*(z[0].length - 1), eps, weight});
  function barlow(z, {lam = 5e-3, eps = 1e-5}) {
    const C = covariance(z, null, z.length), s = diagonal(C).map(v => sqrt(v + eps)), R = C.map((row, i) => row.map((x, j) => x/s[i]/s[j]));
    return squares(diagonal(R).map(x => 1 - x)) + lam*squares(off(R));
  }
  const decov = z => squares(off(covariance(z, null, z.length)))/2;
  const wld = (z, {gamma = 1}) => sum(off(transpose(z).map(a => transpose(z).map(b => mean(a.map((x, i) => exp(-gamma*(x - b[i])**2)))))));
  const deviations = z => diagonal(covariance(z, null, z.length)).map(sqrt);
  /** held: standard deviations that carry no gradient. */
  function visreg(z, {A, eps = 1e-4, held}) {
    const n = z.length, m = transpose(z).map(mean), s = deviations(z), by = held ?? s;
    const y = z.map(row => row.map((x, j) => (x - m[j])/(by[j] + eps))), q = range(n).map(i => quantile((i + 1)/(n + 1)));
    const shape = mean(transpose(product(y, A)).map(u => mean(sorted(u).map((x, i) => (x - q[i])**2))));
    return mean(s.map(x => (1 - x)**2)) + mean(m.map(x => x*x)) + shape;
  }

  // --- on the sphere, in classes, after a ReLU ---
  const sphere = (z, length = sqrt(z[0].length)) => z.map(row => row.map(x => length*x/sqrt(squares(row))));
  function uniformity(z, {t = 2}) {
    const x = sphere(z, 1);
    return log(mean(off(x.map(a => x.map(b => exp(-t*squares(a.map((v, j) => v - b[j]))))))));
  }
  /** Rows less the mean of their class, scaled to its unbiased variance; classes of two and more. */
  function residuals(z, labels) {
    return [...new Set(labels)].map(c => z.filter((_, i) => labels[i] === c)).filter(x => x.length > 1).flatMap(x => {
      const m = transpose(x).map(mean), s = sqrt(x.length/(x.length - 1));
      return x.map(row => row.map((v, j) => s*(v - m[j])));
    });
  }
  /** Dawson's function, by Rybicki's sum. */
  const dawson = x => sum(range(62).map(k => 2*k - 61).map(j => exp(-((x - .2*j)**2))/j))/sqrt(PI);
  /** Characteristic function of a rectified Gaussian along a. */
  const rectified = (t, a) => a.reduce(([re, im], v) => {
    const x = v*t/sqrt(2), c = (1 + exp(-x*x))/2, s = dawson(x)/sqrt(PI);
    return [re*c - im*s, re*s + im*c];
  }, [1, 0]);

  // --- kernels of pairs ---
  /** A kernel of squared distances with two derivatives, and the rates q and masses of the Gaussians exp(-q r/2) that it is made of. */
  function kernelOf(d, {kernel = 'imq', width = null, beta = .5}) {
    const s2 = width === null ? d : width*width;
    if (kernel === 'gaussian') return {of: r => [exp(-r/2/s2), -exp(-r/2/s2)/2/s2, exp(-r/2/s2)/4/s2/s2], mixture: [[1/s2, 1]]};
    const x = range(560).map(i => 4 - i/8), mass = x.map(v => exp(beta*v - exp(v))), total = sum(mass);
    const of = r => [0, 1, 2].map(k => [1, -beta/s2, beta*(beta + 1)/s2/s2][k]*(1 + r/s2)**(-beta - k));
    return {of, mixture: x.map((v, i) => [2*exp(v)/s2, mass[i]/total])};
  }
  /** Mean of h over pairs of rows, of different rows if unbiased. */
  function meanPair(z, h, {unbiased = true, weight}) {
    const [p, n] = masses(z.length, weight), pairs = z.map((a, i) => z.map((b, j) => unbiased && i === j ? 0 : p[i]*p[j]*h(a, b)));
    return sum(pairs.flat())/(unbiased ? 1 - 1/n : 1);
  }
  const apartSquared = (a, b) => squares(a.map((x, j) => x - b[j]));
  function mmd(z, o) {
    const d = z[0].length, {of, mixture} = kernelOf(d, o), [p] = masses(z.length, o.weight);
    const single = z.map(a => sum(mixture.map(([q, m]) => m*(1 + q)**(-d/2)*exp(-q*squares(a)/(1 + q)/2))));
    return meanPair(z, (a, b) => of(apartSquared(a, b))[0], o) - 2*dot(p, single) + sum(mixture.map(([q, m]) => m*(1 + 2*q)**(-d/2)));
  }
  function ksd(z, o) {
    const d = z[0].length, {of} = kernelOf(d, o);
    return meanPair(z, (a, b) => { const r = apartSquared(a, b), [k, k1, k2] = of(r); return dot(a, b)*k + 2*(r - d)*k1 - 4*r*k2; }, o);
  }

  /** Mean of exp(2t(u-1)) over uniform directions: exp(-2t) 0F1(d/2; t²). */
  function meanOnSphere(d, t) {
    let term = exp(-2*t), total = term;
    for (let j = 0; j < 500; j++) total += term *= t*t/(d/2 + j)/(j + 1);
    return total;
  }
  const sphereMmd = (z, o) => meanPair(sphere(z, 1), (a, b) => exp(2*(o.t ?? 2)*(dot(a, b) - 1)), o) - meanOnSphere(z[0].length, o.t ?? 2);
  function sphereKsd(z, o) {
    const d = z[0].length, kappa = 2*(o.t ?? 2);
    return meanPair(sphere(z, 1), (a, b) => {
      const u = dot(a, b), v = 1 - u*u, first = (d - 1 - v - 2*(d - 1)*v)*kappa;
      return (first - u*v*kappa*kappa + (d - 1)**2*u)*exp(kappa*(u - 1))/d;
    }, o);
  }

  // --- entropies of the directions ---
  function koleo(z, {eps = 1e-8, weight}) {
    const x = sphere(z, 1), [p] = masses(z.length, weight);
    const nearest = x.map((a, i) => Math.min(...x.map((b, j) => i === j || !p[j] ? 9 : apartSquared(a, b))));
    return -dot(p, nearest.map(r => log(r + eps*eps)))/2;
  }
  const secondMoments = (z, weight) => product(transpose(sphere(z, 1)).map(x => x.map((v, i) => v*masses(z.length, weight)[0][i])), sphere(z, 1));
  /** Of a symmetric matrix, by Jacobi's rotations. */
  function eigenvalues(C) {
    const A = C.map(row => [...row]), d = A.length;
    for (let sweep = 0; sweep < 30; sweep++) for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) {
      const angle = Math.atan2(2*A[i][j], A[j][j] - A[i][i])/2, c = cos(angle), s = sin(angle);
      for (let k = 0; k < d; k++) [A[k][i], A[k][j]] = [c*A[k][i] - s*A[k][j], s*A[k][i] + c*A[k][j]];
      for (let k = 0; k < d; k++) [A[i][k], A[j][k]] = [c*A[i][k] - s*A[j][k], s*A[i][k] + c*A[j][k]];
    }
    return diagonal(A);
  }
  const frossl = (z, {weight}) => log(squares(secondMoments(z, weight).flat()));
  const mmcr = (z, {eps = 1e-8, weight}) => -sum(eigenvalues(secondMoments(z, weight)).map(v => sqrt(Math.max(v, 0) + eps)));

  const losses = {
    strong, weak, vcreg, vicreg, barlow, decov, wld, visreg, uniformity, strong_exact: strongExact, strong_infinite: strongInfinite,
    sliced_w2: slicedW2, weak_sphere: (z, o) => weak(sphere(z), o), strong_sphere: (z, o) => strong(sphere(z), o),
    strong_class: (z, o) => strong(residuals(z, o.labels), o), strong_rectified: (z, o) => strong(z, {...o, target: rectified}), mmd, ksd, sphere_mmd: sphereMmd,
    sphere_ksd: sphereKsd, koleo, frossl, mmcr};
  function value(vector, z = vector.z) {
    const {A, S, labels, weight, options, loss} = vector;
    return losses[loss](z, {A, S, labels, weight, ...options, held: loss === 'visreg' ? deviations(vector.z) : undefined});
  }
  /** By central differences. */
  function gradient(vector, h = 1e-5) {
    const at = (i, j, step) => value(vector, vector.z.map((row, k) => k === i ? row.map((x, l) => l === j ? x + step : x) : row));
    return vector.z.map((row, i) => row.map((_, j) => (at(i, j, h) - at(i, j, -h))/2/h));
  }
  return {sum, mean, normal, knots, ecf, apart, eppsPulleyExact, covariance, losses, value, gradient};
})();
if (typeof module === 'object' && require.main === module) {
  const {vectors} = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8')), {value, gradient} = sigregLosses;
  console.log(JSON.stringify(vectors.map(v => ({name: v.name, value: value(v), gradient: gradient(v)}))));
}
