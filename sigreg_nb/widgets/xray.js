// The page of the X-ray: takes a file or a cloud, lets a worker compute the report, draws it. `engine` stands before this script.
const NAMES = {strong: 'Strong SIGReg', weak: 'Weak-SIGReg', vcreg: 'VCReg'};
const MEASURES = {
  rank_bound: 'most directions that the rows can show', participation_ratio: 'effective rank: how many directions share the variance', rankme_lambda: 'effective rank, by entropy',
  spectral_entropy: 'entropy of the shares of variance', alpha_req: 'decay of the spectrum, λ ∝ k^−α', isotropy_gap: '0 round, 1 a point', spread: 'standard deviation per feature; the target is 1',
  mean_cosine: 'do rows point the same way?', norm_variance: 'do rows differ in length?', length: 'root mean square of all entries', alive: 'directions that are not quiet',
  constant: 'features that never change', kurtosis: 'typical tail of a shadow; a bell has 3', least_kurtosis: 'least of all shadows; two humps have below 2',
  crowding: 'nearest neighbors, squared distance over what is expected'};
const element = (name, props = {}, parent) => { const e = Object.assign(document.createElement(name), props); if (parent) parent.append(e); return e; };
const tag = (name, a, inner = '') => `<${name}${Object.entries(a).map(([k, v]) => ` ${k}="${typeof v === 'number' ? +v.toFixed(2) : v}"`).join('')}>${inner}</${name}>`;
const label = (x, y, s, cls = '') => tag('text', {x, y, class: cls}, s);
function shown(x) {
  if (x === null) return '–';
  if (!Number.isFinite(x)) return '∞';
  const size = Math.abs(x), text = Number.isInteger(x) && size < 1e6 ? String(x) : size && (size < 1e-3 || size >= 1e5) ? x.toExponential(1) : String(+x.toPrecision(3));
  return text.replace(/-/g, '−');
}
const line = points => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
const power = k => k === 0 ? '1' : k === 1 ? '10' : `10<tspan dy="-4" font-size="8">${String(k).replace('-', '−')}</tspan>`;

/** Eigenvalues that a round cloud shows on average, falling: quantiles of the law of Marchenko and Pastur. */
function roundSpectrum(n, d, variance) {
  const gamma = d/(n-1), r = Math.min(n-1, d), a = variance*(1 - Math.sqrt(gamma))**2, b = variance*(1 + Math.sqrt(gamma))**2, steps = 2000;
  const x = Array.from({length: steps}, (_, i) => (a + b)/2 - (b - a)/2*Math.cos(Math.PI*(i + .5)/steps));
  const mass = x.map((v, i) => Math.sin(Math.PI*(i + .5)/steps)**2/v), total = mass.reduce((s, v) => s + v, 0), found = [];
  for (let i = 0, s = 0; i < steps && found.length < r; i++) { s += mass[i]/total; while (found.length < r && s >= (found.length + .5)/r) found.push(x[i]); }
  while (found.length < r) found.push(x[steps-1]);
  return found.reverse();
}
const W = 340, H = 210, L = 40, R = 8, T = 26, B = 34;
function frame(bottom, left) { return tag('path', {class: 'axis', d: `M${L} ${T}V${H-B}H${W-R}`}) + label((L+W-R)/2, H-4, bottom, 'mid') + label(2, 12, left); }
function drawSpectrum({shape: [n, d], spectrum}) {
  const r = spectrum.length, seen = spectrum.filter(x => x > 0), total = spectrum.reduce((s, x) => s + x, 0), ideal = total ? roundSpectrum(n, d, total/d) : [];
  const all = [...seen, ...ideal.filter(x => x > 0)], top = Math.ceil(Math.log10(Math.max(1, ...all))), low = Math.max(top - 9, Math.floor(Math.log10(Math.min(.1, ...all))));
  const X = i => L + 6 + (W-L-R-12)*(r > 1 ? i/(r-1) : .5), Y = v => H-B - (H-B-T)*Math.min(1, Math.max(0, (Math.log10(v) - low)/(top - low)));
  const step = Math.ceil((top - low)/4), ticks = Array.from({length: top - low + 1}, (_, i) => low + i).filter(k => (k - low) % step === 0);
  const zeros = r - seen.length;
  return frame('principal direction, loudest first', 'variance') + ticks.map(k => tag('path', {class: 'grid', d: `M${L} ${Y(10**k).toFixed(1)}H${W-R}`}) + label(L-4, Y(10**k)+4, power(k), 'end')).join('')
    + [0, r-1].filter((i, j, a) => !j || i !== a[0]).map(i => label(X(i), H-B+14, i+1, 'mid')).join('')
    + tag('path', {class: 'target', d: line(ideal.map((v, i) => [X(i), Y(v)]))})
    + (seen.length > 1 ? tag('path', {class: 'cloud-line', d: line(seen.map((v, i) => [X(i), Y(v)]))}) : '')
    + (r <= 80 ? seen.map((v, i) => tag('circle', {cx: X(i), cy: Y(v), r: 2.4, class: 'cloud'})).join('') : '')
    + (zeros ? label(W-R, T+8, `${zeros} of ${r} are zero`, 'end') : '')
    + label(W-R, 12, '<tspan class="cloud">●</tspan> yours  ╌ a round cloud', 'end');
}
function drawScores({scores: {slices, axes}}, table) {
  const all = [...slices, ...axes], top = Math.max(1.5, Math.log10(Math.max(...all)) + .01), low = -1, bins = 22, width = (top - low)/bins;
  const edge = i => 10**(low + i*width), above = t => { const x = Math.sqrt(t)/table.step, i = Math.floor(x); return i + 1 < table.pvalue.length ? table.pvalue[i] + (x - i)*(table.pvalue[i+1] - table.pvalue[i]) : 0; };
  const count = values => { const c = new Array(bins).fill(0); for (const v of values) c[Math.min(bins-1, Math.max(0, Math.floor((Math.log10(v) - low)/width)))] += 1/values.length; return c; };
  const null_ = Array.from({length: bins}, (_, i) => (i ? above(edge(i)) : 1) - (i < bins-1 ? above(edge(i+1)) : 0)), a = count(slices), b = count(axes), high = Math.max(...a, ...b, ...null_);
  const X = i => L + (W-L-R)*i/bins, Y = v => H-B - (H-B-T)*v/high, outline = c => line([[X(0), Y(0)], ...c.flatMap((v, i) => [[X(i), Y(v)], [X(i+1), Y(v)]]), [X(bins), Y(0)]]);
  const ticks = Array.from({length: Math.floor(top) - low + 1}, (_, i) => low + i);
  return frame('Epps-Pulley statistic of a shadow', 'share') + ticks.map(k => label(L + (W-L-R)*(k - low)/(top - low), H-B+14, k === -1 ? '0.1' : power(k), 'mid')).join('')
    + a.map((v, i) => v ? tag('rect', {x: X(i)+.5, y: Y(v), width: X(1)-X(0)-1, height: Y(0)-Y(v), class: 'bar'}) : '').join('')
    + tag('path', {class: 'ink', d: outline(b)}) + tag('path', {class: 'target', d: outline(null_)})
    + label(W-R, 12, '<tspan class="cloud">■</tspan> slices  □ features  ╌ null', 'end');
}
function table(parent, head, rows) {
  const t = element('table', {}, parent);
  if (head) { const tr = element('tr', {}, element('thead', {}, t)); for (const h of head) element('th', {textContent: h, scope: 'col'}, tr); }
  const body = element('tbody', {}, t);
  for (const [first, ...rest] of rows) {
    const tr = element('tr', {}, body);
    element('th', {scope: 'row', innerHTML: first}, tr);
    for (const cell of rest) element('td', {textContent: cell}, tr);
  }
  return t;
}
function drawReport(out, report, options) {
  const {shape: [n, d], kinds, losses, measures, pvalues} = report, found = Object.keys(kinds).filter(k => kinds[k].found);
  out.textContent = '';
  const head = element('p', {className: 'xr-verdict'}, out);
  element('strong', {textContent: report.verdict[0].toUpperCase() + report.verdict.slice(1)}, head);
  head.append(` ${n} rows, ${d} feature${d > 1 ? 's' : ''}, effective rank ${shown(measures.participation_ratio)} of ${measures.rank_bound}.`);
  if (found.length) { const list = element('ul', {}, out); for (const k of found) element('li', {innerHTML: `<b>${k}</b>: ${options.kinds[k]}`}, list); }
  table(out, ['Loss', 'Value', 'Floor', '× floor', 'Sees it?'], Object.entries(losses).map(([name, e]) => [
    `<span class="${name}">●</span> ${NAMES[name]}`, shown(e.value), shown(e.floor), e.floor ? shown(e.value/e.floor) : '–', e.sees ? 'yes' : 'no']));
  const panels = element('div', {className: 'xr-panels'}, out), zeros = report.spectrum.filter(x => x === 0).length;
  const draw = (inner, said) => element('div', {className: 'xr-panel', innerHTML: `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="${said}">${inner}</svg>`}, panels);
  draw(drawSpectrum(report), `Variance along ${report.spectrum.length} principal directions, from ${shown(report.spectrum[0])} to ${shown(report.spectrum.at(-1))}, ${zeros} of them zero; dashed, a round cloud of the same size.`);
  const least = Math.min(...pvalues.slices, ...pvalues.axes), share = p => `${p.filter(x => x < .01).length} of ${p.length}`;
  draw(drawScores(report, options.null), `Histograms of the Epps-Pulley statistic of ${pvalues.slices.length} random slices and ${d} features; dashed, the null. Mean of the slices ${shown(losses.strong.value)}.`);
  element('p', {textContent: `p-values below 0.01: ${share(pvalues.slices)} slices, ${share(pvalues.axes)} features; a round cloud shows one in a hundred. The least is ${least ? shown(least) : 'below 0.000002'}.`}, out);
  const more = element('details', {}, out);
  element('summary', {textContent: 'All numbers, and every limit'}, more);
  table(more, ['Measure', 'Value'], Object.entries(MEASURES).map(([k, said]) => [`<code>${k}</code> <small>${said}</small>`, shown(measures[k])]));
  table(more, ['Kind', 'Value', 'Found if', 'Found'], Object.entries(kinds).map(([k, e]) => [k, shown(e.value), `${e.sign} ${shown(e.limit)}`, e.found ? 'yes' : 'no']));
}
/** A worker made from the engine's own text; where none may be made, the page itself computes. */
function makeWorker() {
  const work = `const {readNpy, diagnose} = (${engine})();
onmessage = ({data: {bytes, options}}) => {
  try { postMessage({report: diagnose(readNpy(bytes), options, step => postMessage({step}))}); }
  catch (e) { postMessage({refused: e.message}); }
};`;
  try { return new Worker(URL.createObjectURL(new Blob([work], {type: 'text/javascript'}))); }
  catch { return null; }
}
function mount(options, css) {
  const root = document.getElementById('xray');
  if (!document.getElementById('xray-style')) element('style', {id: 'xray-style', textContent: css}, document.head);
  root.className = 'xr'; root.textContent = '';
  const bar = element('div', {className: 'xr-pick', role: 'group', ariaLabel: 'Features'}, root), buttons = [];
  for (const cloud of options.clouds) {
    const b = element('button', {type: 'button', textContent: cloud.name}, bar);
    b.addEventListener('click', () => take(Uint8Array.from(atob(cloud.npy), c => c.charCodeAt(0)), cloud.name, cloud.about, b));
    buttons.push(b);
  }
  const own = element('label', {className: 'xr-file'}, bar), input = element('input', {type: 'file', accept: '.npy'}, own);
  own.append('Open your .npy, or drop it here');
  const status = element('p', {className: 'xr-status', role: 'status'}, root), wrong = element('p', {className: 'xr-wrong', role: 'alert', hidden: true}, root), out = element('div', {className: 'xr-out'}, root);
  let worker = null;
  function say(text) { status.textContent = text; }
  function refuse(text, name) { wrong.textContent = `${name}: ${text}`; wrong.hidden = false; out.textContent = ''; say('Nothing was computed.'); root.report = null; root.dataset.state = 'refused'; }
  function done(report, name, start) {
    root.report = report; root.seconds = (performance.now() - start)/1000;
    drawReport(out, report, options);
    say(`${name.trim()} Computed here in ${root.seconds < .1 ? 'less than 0.1' : root.seconds.toFixed(1)} s; nothing was sent.`);
    root.dataset.state = 'done';
  }
  function take(bytes, name, about, button) {
    const start = performance.now();
    for (const b of buttons) b.setAttribute('aria-pressed', b === button);
    wrong.hidden = true; root.dataset.state = 'busy'; say(`${name}: reading …`);
    worker?.terminate();
    worker = makeWorker();
    const answer = ({data}) => data.step ? say(`${data.step} …`) : data.refused ? refuse(data.refused, name) : done(data.report, `${name}. ${about}`, start);
    if (worker) { worker.onmessage = answer; worker.onerror = e => refuse(`the computation failed: ${e.message}`, name); worker.postMessage({bytes, options}); return; }
    setTimeout(() => { const {readNpy, diagnose} = engine(); try { answer({data: {report: diagnose(readNpy(bytes), options)}}); } catch (e) { refuse(e.message, name); } }, 30);
  }
  async function open(files) {
    root.dataset.state = 'busy';
    if (!files.length) { refuse('no file was dropped. Save one array: numpy.save("features.npy", z).', 'Nothing'); return; }
    const [file] = files;
    if (file.size > 2**27 + 2**16) { refuse(`${(file.size/2**20).toFixed(0)} MB are too large for this page. Save a part: numpy.save("part.npy", z[:4096, :1024]).`, file.name); return; }
    try { take(new Uint8Array(await file.arrayBuffer()), file.name, '', null); }
    catch { refuse('this cannot be read as a file.', file.name); }
  }
  input.addEventListener('change', () => { if (input.files.length) open([...input.files]); input.value = ''; });
  root.addEventListener('dragover', e => { e.preventDefault(); root.classList.add('xr-over'); });
  root.addEventListener('dragleave', e => { if (!root.contains(e.relatedTarget)) root.classList.remove('xr-over'); });
  root.addEventListener('drop', e => { e.preventDefault(); root.classList.remove('xr-over'); open([...e.dataTransfer.files]); });
  if (buttons.length) buttons[0].click(); else say('Open a file: it stays on your machine.');
}
