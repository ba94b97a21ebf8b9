// Called by test_story.py. `formulas` evaluates calls read from stdin; `browser PAGE WIDTH PICTURES` works every control of a page.
import {readFileSync} from 'node:fs';
import {runInThisContext} from 'node:vm';

const widgets = new URL('../sigreg_nb/widgets/', import.meta.url);
const [job, page, width, pictures] = process.argv.slice(2);

async function formulas() {
  for (const name of ['core.js', 'formulas.js']) runInThisContext(readFileSync(new URL(name, widgets), 'utf8'));
  return JSON.parse(readFileSync(0, 'utf8')).map(([name, ...args]) => globalThis.sigregStory[name](...args));
}

async function browser() {
  const {chromium} = await import('playwright-core');
  const app = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
  const phone = +width < 600, errors = [], requests = [], readings = [];
  async function open(options = {}) {
    const context = await app.newContext({viewport: {width: +width, height: 900}, offline: true, hasTouch: phone, isMobile: phone, ...options});
    const tab = await context.newPage();
    tab.on('console', m => { if (['error', 'warning'].includes(m.type())) errors.push(m.text()); });
    tab.on('pageerror', e => errors.push(String(e)));
    tab.on('request', r => { if (!r.url().startsWith('file:')) requests.push(r.url()); });
    await tab.goto('file://' + page);
    return tab;
  }
  const tab = await open();
  const read = async (part, control) => readings.push({part, control, ...await tab.evaluate(id => {
    const root = document.getElementById(id);
    return {values: JSON.parse(root.dataset.values), text: root.querySelector('output').textContent,
            labels: [...root.querySelectorAll('svg')].map(s => s.getAttribute('aria-label'))};
  }, part)});
  const parts = await tab.$$eval('.sgs', roots => roots.map(r => r.id));
  for (const part of parts) {
    await read(part, 'start');
    for (const button of await tab.$$(`#${part} button`)) {
      const name = await button.textContent();
      if (name === 'Play') continue;
      if (phone) await button.tap(); else { await button.focus(); await tab.keyboard.press('Enter'); }
      await read(part, name);
    }
    for (const select of await tab.$$(`#${part} select`)) {
      const options = await select.$$eval('option', o => o.map(x => x.value));
      await select.focus();
      for (const option of [...options.slice(1), options[0]]) {
        if (option === options[0]) await tab.keyboard.press('Home'); else await tab.keyboard.press('ArrowDown');
        await read(part, option);
        if (part === 'story-unfold') {                       // the last frame of every start
          await (await tab.$(`#${part} input`)).focus(); await tab.keyboard.press('End');
          await read(part, option + ' end'); await select.focus();
        }
      }
    }
    for (const slider of await tab.$$(`#${part} input[type=range]`)) {
      const name = await slider.getAttribute('name');
      await slider.focus();
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'End', 'ArrowLeft']) {
        const before = await slider.inputValue();
        await tab.keyboard.press(key); await read(part, `${name} ${key}`);
        if (key.startsWith('Arrow') && before === await slider.inputValue()) errors.push(`${name} did not move`);
      }
    }
    if (pictures) await (await tab.$(`#${part}`)).screenshot({path: `${pictures}/${part}-${width}.png`});
  }
  const scene = await tab.$('.scene');
  if (phone) await scene.tap(); else { await scene.focus(); await tab.keyboard.press('ArrowLeft'); await tab.keyboard.press('Enter'); }
  await read('story-slices', 'scene');
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
  const bare = await tab.$$eval('.sgs input, .sgs select, .sgs button', all => all.filter(e => !(e.ariaLabel || e.labels?.length || e.textContent)).length);

  const moving = await open(), calm = await open({reducedMotion: 'reduce'}), step = t => t.$eval('#story-unfold', r => JSON.parse(r.dataset.values).step);
  const play = async t => { const b = t.locator('#story-unfold button'), name = await b.textContent(); await b.click(); return name; };
  const motion = {name: await play(moving), calmName: await play(calm), calmStep: await step(calm)};
  await moving.waitForFunction(() => JSON.parse(document.getElementById('story-unfold').dataset.values).step > 0, null, {timeout: 5000});

  const lab = await open();                                  // as JupyterLab does it: markup first, then each script anew
  await lab.evaluate(() => {
    const html = document.body.innerHTML.replace(/<div id="story-(\w+)" class="sgs"[^]*?<script>/g, '<div id="story-$1"></div><script>');
    delete globalThis.sigregStory; document.body.innerHTML = html;
    for (const old of document.querySelectorAll('script')) {
      const script = document.createElement('script'); script.textContent = old.textContent; old.replaceWith(script);
    }
  });
  const again = await lab.$$eval('.sgs', roots => roots.filter(r => r.dataset.values).map(r => r.id));
  await app.close();
  return {parts, readings, errors, requests, wide, bare, motion, again};
}

console.log(JSON.stringify(await {formulas, browser}[job]()));
