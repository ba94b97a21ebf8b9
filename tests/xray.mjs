// Called by test_xray.py. `files PAGE` answers the files of stdin with the script of the page, `files PAGE plain` without WebAssembly;
// `large PAGE` times the largest table; `browser PAGE WIDTH FOLDER PICTURES` works the page itself.
import {readFileSync, readdirSync} from 'node:fs';
import {runInThisContext} from 'node:vm';

const [job, page, ...args] = process.argv.slice(2);

/** The computing part of the page, cut out of it. */
function engine() {
  const html = readFileSync(page, 'utf8'), end = '\nreturn {readNpy, diagnose}; }', from = html.indexOf('const engine = ') + 15;
  return runInThisContext(`(function (WebAssembly) { return (${html.slice(from, html.indexOf(end) + end.length)})(); })`)(args[0] === 'plain' ? undefined : WebAssembly);
}
function files() {
  const {readNpy, diagnose} = engine(), {options, files} = JSON.parse(readFileSync(0, 'utf8'));
  return files.map(file => {
    try { return diagnose(readNpy(new Uint8Array(Buffer.from(file, 'base64'))), options); }
    catch (e) { return {refused: e.message}; }
  });
}
/** Seconds of processor time for 4096 rows of 1024 features. */
function large() {
  const {diagnose} = engine(), n = 4096, d = 1024, z = new Float32Array(n*d);
  let state = 1;
  for (let i = 0; i < z.length; i++) { state = Math.imul(state, 1664525) + 1013904223 | 0; z[i] = state/2**31*3**.5; }
  const start = process.cpuUsage().user;
  const {shape, measures} = diagnose({n, d, z, half: false}, JSON.parse(readFileSync(0, 'utf8')).options);
  return {shape, spread: measures.spread, seconds: (process.cpuUsage().user - start)/1e6};
}
async function browser() {
  const [width, folder, pictures] = args, {chromium} = await import('playwright-core');
  const app = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu']});
  const phone = +width < 600, errors = [], requests = [], seen = {};
  const context = await app.newContext({viewport: {width: +width, height: 900}, offline: true, hasTouch: phone, isMobile: phone, colorScheme: phone ? 'dark' : 'light'});
  const tab = await context.newPage();
  tab.on('console', m => { if (['error', 'warning'].includes(m.type())) errors.push(m.text()); });
  tab.on('pageerror', e => errors.push(String(e)));
  tab.on('request', r => { if (!/^(file|blob):/.test(r.url())) requests.push(r.url()); });
  await tab.goto('file://' + page);
  async function read(name) {
    await tab.waitForFunction(() => ['done', 'refused'].includes(document.getElementById('xray').dataset.state), null, {timeout: 60000});
    seen[name] = await tab.$eval('#xray', root => ({state: root.dataset.state, report: root.report, seconds: root.seconds, status: root.querySelector('.xr-status').textContent,
      alert: root.querySelector('.xr-wrong:not([hidden])')?.textContent ?? '', text: root.querySelector('.xr-out').innerText, labels: [...root.querySelectorAll('svg')].map(s => s.getAttribute('aria-label')),
      wide: document.documentElement.scrollWidth, marks: root.querySelector('.xr-out').innerHTML.match(/NaN|undefined/g) ?? []}));
    if (pictures) await tab.locator('#xray').screenshot({path: `${pictures}/${name.replace(/\W+/g, '-')}-${width}.png`});
  }
  await read('start');
  for (const button of await tab.$$('#xray button')) {
    const name = await button.textContent();
    if (phone) await button.tap(); else { await button.focus(); await tab.keyboard.press('Enter'); }
    await read(name);
  }
  for (const file of readdirSync(folder)) {
    if (file === 'dropped.npy') await tab.evaluate(async bytes => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], 'dropped.npy'));
      for (const type of ['dragover', 'drop']) document.getElementById('xray').dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
    }, readFileSync(`${folder}/${file}`).toString('base64'));
    else {
      const chooser = tab.waitForEvent('filechooser');
      if (phone) await tab.tap('.xr-file'); else { await tab.focus('.xr-file input'); await tab.keyboard.press('Enter'); }
      await (await chooser).setFiles(`${folder}/${file}`);
    }
    await read(file);
  }
  await tab.evaluate(() => { for (const d of document.querySelectorAll('#xray details')) d.open = true; });
  const small = await tab.$$eval('#xray button, #xray .xr-file, #xray summary', all => all.filter(e => e.getBoundingClientRect().height < 44).map(e => e.textContent));
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
  await app.close();
  return {seen, errors, requests, small, wide};
}
console.log(JSON.stringify(await {files, large, browser}[job](), (_, x) => x === Infinity ? 'inf' : x));
