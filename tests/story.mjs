// Called by test_story.py. `formulas` evaluates calls read from stdin; `browser PAGE WIDTH PICTURES` works every control of a page.
import {readFileSync} from 'node:fs';
import {runInThisContext} from 'node:vm';

const widgets = new URL('../sigreg_nb/widgets/', import.meta.url);
const [job, page, width, pictures] = process.argv.slice(2);

async function formulas() {
  for (const name of ['core.js', 'losses.js', 'formulas.js']) runInThisContext(readFileSync(new URL(name, widgets), 'utf8'));
  return JSON.parse(readFileSync(0, 'utf8')).map(([name, ...args]) => globalThis.sigregStory[name](...args));
}

async function browser() {
  const {chromium} = await import('playwright-core');
  const app = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
  const phone = +width < 600, errors = [], requests = [], readings = [];
  async function open(options = {}, file = page) {
    const context = await app.newContext({viewport: {width: +width, height: phone ? 844 : 900}, offline: true, hasTouch: phone, isMobile: phone, ...options});
    const tab = await context.newPage();
    tab.on('console', m => { if (['error', 'warning'].includes(m.type())) errors.push(m.text()); });
    tab.on('pageerror', e => errors.push(String(e)));
    tab.on('request', r => { if (!r.url().startsWith('file:')) requests.push(r.url()); });
    await tab.goto('file://' + file);
    return tab;
  }
  const values = (tab, part) => tab.$eval(`#story-${part}`, r => JSON.parse(r.dataset.values));
  const picture = (tab, part) => tab.$eval(`#story-${part} canvas`, c => c.toDataURL());
  const press = async (tab, button) => { if (phone) await button.tap(); else { await button.focus(); await tab.keyboard.press('Enter'); } };

  /** Every control of every part, by touch or by keys; what the part says afterwards. */
  async function everything(tab) {
    const read = async (part, control) => readings.push({part, control, ...await tab.evaluate(id => {
      const root = document.getElementById(id);
      return {values: JSON.parse(root.dataset.values), text: root.querySelector('output').textContent,
              labels: [...root.querySelectorAll('svg, canvas:not([aria-hidden])')].map(s => s.getAttribute('aria-label'))};
    }, part)});
    const parts = await tab.$$eval('.sgs', roots => roots.map(r => r.id));
    for (const part of parts) {
      await read(part, 'start');
      for (const button of await tab.$$(`#${part} button:not(.sgs-options button)`)) {
        const name = (await button.textContent()).replace(/[\d.?]+$/, '');
        if (name === 'Go to the end' || !await button.isVisible()) continue;
        await press(tab, button); await read(part, name);
      }
      for (const select of await tab.$$(`#${part} select`)) {
        const options = await select.$$eval('option', o => o.map(x => x.value));
        await select.focus();
        for (const option of options) {
          if (option === options[0]) await tab.keyboard.press('Home'); else await tab.keyboard.press('ArrowDown');
          await read(part, option);
          if (part === 'story-unfold' && !phone && ['line', 'far'].includes(option)) {   // two ends of the descent
            await (await tab.$(`#${part} input`)).focus(); await tab.keyboard.press('End');
            await read(part, option + ' end'); await select.focus();
          }
        }
      }
      for (const slider of await tab.$$(`#${part} input[type=range]`)) {
        const name = await slider.getAttribute('name');
        await slider.focus();
        for (const key of phone ? ['End', 'ArrowLeft'] : ['Home', 'ArrowRight', 'End']) { await tab.keyboard.press(key); await read(part, `${name} ${key}`); }
      }
      if (pictures) await (await tab.$(`#${part}`)).screenshot({path: `${pictures}/${part}-${width}.png`});
    }
    return parts;
  }
  /** The guesses of each part that asks: one by touch or keys, all by script. */
  async function guesses(tab) {
    const first = await tab.$('#story-clouds .sgs-options button'), veiled = await tab.$$eval('.sgs-veil', all => all.length);
    await press(tab, first);
    const pressed = await first.getAttribute('aria-pressed');
    const told = await tab.$$eval('.sgs:has(.sgs-guess)', roots => Object.fromEntries(roots.map(r => [r.id, {
      told: [...r.querySelectorAll('.sgs-options button')].map(b => { b.click(); return r.querySelector('.sgs-told').textContent; }),
      right: [...r.querySelectorAll('.sgs-true')].map(b => b.textContent)}])));
    return {told, pressed, veiled: [veiled, await tab.$$eval('.sgs-veil', all => all.length)]};
  }
  /** A number in the text moves the picture: all by keys, one of each part dragged. */
  async function numbers(tab) {
    const seen = [], dragged = new Set();
    for (const span of await tab.$$('.sgs-scrub')) {
      const [part, name] = (await span.getAttribute('class')).split(' ')[1].split('-');
      const now = () => span.evaluate((s, q) => { const i = document.querySelector(q); return [+i.value, s.textContent, i.getAttribute('aria-valuetext')]; }, `#story-${part} input[name="${name}"]`);
      await span.focus();
      const states = [await now()];
      await tab.keyboard.press('Home'); states.push(await now());
      await tab.keyboard.press('ArrowRight'); states.push(await now());
      if (!dragged.has(part)) {
        await span.scrollIntoViewIfNeeded();
        const box = await span.boundingBox(), [x, y] = [box.x + box.width/2, box.y + box.height/2];
        await tab.mouse.move(x, y); await tab.mouse.down(); await tab.mouse.move(x + 90, y); await tab.mouse.up(); states.push(await now());
        dragged.add(part);
      }
      seen.push({span: `${part}-${name}`, role: await span.getAttribute('role'), states});
    }
    return seen;
  }
  /** The first screen, the making of a plane, picking an older one, and the small copy that stays in view. */
  async function hero(tab) {
    const box = await tab.$eval('#story-hero', r => r.getBoundingClientRect().top), bottom = s => tab.$eval(`#story-hero ${s}`, e => e.getBoundingClientRect().bottom);
    const seen = {fold: Math.max(await bottom('canvas'), await bottom('.sgs-main'), await bottom('select')) - box};
    const first = await picture(tab, 'hero'), shown = () => tab.$eval('#story-hero .sgs-score b', b => b.textContent);
    await tab.waitForTimeout(300); seen.turns = first !== await picture(tab, 'hero');
    await tab.waitForFunction(() => document.querySelector('#story-hero .sgs-score b').textContent !== '…');
    seen.one = [await shown(), (await values(tab, 'hero')).mean];
    const canvas = await tab.$('#story-hero canvas');
    if (phone) await canvas.tap(); else { await canvas.focus(); await tab.keyboard.press('Enter'); }
    await tab.waitForFunction(() => document.querySelector('#story-hero svg').textContent.includes('falling'));
    seen.before = await shown(); seen.built = await tab.$$eval('#story-hero svg:first-of-type .bar', all => all.length);
    await tab.waitForFunction(() => document.querySelector('#story-hero .sgs-score').textContent.includes('mean of 2'));
    seen.two = [await shown(), (await values(tab, 'hero')).mean];
    const history = await tab.$('#story-hero .sgs-right > div:nth-child(2) svg'), plot = await history.boundingBox();
    await history.click({position: {x: plot.width*(34 + 278/10.5)/320, y: plot.height/2}});   // the column of slice 1
    seen.picked = (await values(tab, 'hero')).shown;
    await tab.$$eval('#story-hero .sgs-controls button', all => all.find(b => b.textContent === 'Stop turning')?.click());
    await (await tab.$('#story-hero')).scrollIntoViewIfNeeded();
    const [x, y] = await tab.$eval('#story-hero .sgs-stage', s => s.where(1)), position = {x, y};   // the knob of plane 2
    if (phone) await canvas.tap({position}); else await canvas.click({position});
    seen.knob = await values(tab, 'hero');
    seen.redraw = await tab.$eval('#story-hero .sgs-stage', s => { const t = performance.now(); for (let i = 0; i < 60; i++) s.redraw(performance.now()); return (performance.now() - t)/60; });
    const stage = () => tab.$eval('#story-hero .sgs-stage', s => { const r = s.getBoundingClientRect(); return {docked: s.classList.contains('sgs-docked'), inside: r.top >= 0 && r.bottom <= innerHeight + 1, says: s.querySelector('.sgs-what').textContent}; });
    seen.above = await stage();
    await tab.$eval('#story-collapse', r => r.scrollIntoView({block: 'center'}));
    await tab.waitForFunction(() => document.querySelector('.sgs-docked .sgs-what')?.textContent === 'a line');
    await tab.$eval('#story-collapse input', i => { i.value = 3; i.dispatchEvent(new Event('input')); });
    await tab.waitForFunction(() => document.querySelector('.sgs-docked .sgs-what')?.textContent === 'one point');
    seen.below = await stage();
    await tab.$eval('#story-hero', r => r.scrollIntoView());
    await tab.waitForFunction(() => !document.querySelector('.sgs-docked'));
    seen.again = await stage();
    return seen;
  }

  const still = {reducedMotion: 'reduce'}, play = async t => { const b = t.locator('#story-unfold .sgs-main'), name = await b.textContent(); await b.click(); return name; };
  const dark = t => t.$$eval('.sgs', all => all.filter(r => r.classList.contains('sgs-dark')).length);
  const moving = await open({colorScheme: 'dark'}), seen = await hero(moving), motion = {name: await play(moving), dark: await dark(moving)};
  await moving.waitForFunction(() => document.querySelector('#story-unfold input').value > 0, null, {timeout: 5000});
  await moving.close();

  const tab = await open(still), at = await tab.$eval('#story-hero .sgs-score b', b => b.textContent), frozen = await picture(tab, 'hero');
  await tab.waitForTimeout(250);
  const rest = {shows: [at, (await values(tab, 'hero')).mean], turns: frozen !== await picture(tab, 'hero'), name: await play(tab), step: (await values(tab, 'unfold')).step, dark: await dark(tab)};
  const asked = await guesses(tab), parts = await everything(tab), text = await numbers(tab), wide = await tab.evaluate(() => document.documentElement.scrollWidth);
  const bare = await tab.$$eval('.sgs input, .sgs select, .sgs button', all => all.filter(e => !(e.ariaLabel || e.labels?.length || e.textContent)).length);
  const small = await tab.$$eval('.sgs input, .sgs select, .sgs button', all => all.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80)));

  const ready = roots => roots.filter(r => r.dataset.values).map(r => r.id), again = [];
  if (phone) {                                               // as JupyterLab does it: markup first, then each script anew
    await tab.evaluate(() => {
      const html = document.body.innerHTML.replace(/<div id="story-(\w+)" class="sgs[^]*?<script>/g, '<div id="story-$1"></div><script>');
      for (const name of ['sigregStory', 'sigregParts']) delete globalThis[name];
      document.body.innerHTML = html;
      for (const old of document.querySelectorAll('script')) {
        const script = document.createElement('script'); script.textContent = old.textContent; old.replaceWith(script);
      }
    });
    again.push(...await tab.$$eval('.sgs', ready));
  } else {                                                   // as Colab does it: each output in a frame of its own
    await tab.goto('file://' + page.replace('page.html', 'frames.html'));
    for (const frame of tab.frames().slice(1)) again.push(...await frame.$$eval('.sgs', ready));
  }
  await app.close();
  return {parts, readings, errors, requests, wide, bare, small, text, hero: seen, rest, motion, asked, again};
}

console.log(JSON.stringify(await {formulas, browser}[job]()));
