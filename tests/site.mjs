// Called by test_site.py: sort the tables of PAGE by each column, search it, look at it on a phone, and print what it shows.
import {chromium} from 'playwright-core';
const app = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']});
const tab = await (await app.newContext({offline: true})).newPage(), errors = [];
tab.on('console', m => { if (m.type() === 'error') errors.push(m.text()); });
tab.on('pageerror', e => errors.push(String(e)));
await tab.goto('file://' + process.argv[2]);
const column = i => tab.$$eval('#long tbody tr', (rows, i) => rows.map(r => r.cells[i].textContent), i);
const sorted = [];
for (const [i, name] of ['run', 'top1'].entries()) {
  const button = tab.locator('#long th').nth(i).getByRole('button', {name});
  for (const direction of ['ascending', 'descending']) {
    await button.focus(); await tab.keyboard.press('Enter');
    sorted.push({name, direction, shown: await tab.locator('#long th').nth(i).getAttribute('aria-sort'), values: await column(i)});
  }
}
const found = await tab.evaluate(([docs, queries]) => {
  const index = new Fuse([], {});
  docs.forEach(doc => index.add(doc));
  return Object.fromEntries(queries.map(query => [query, index.search(query, {limit: 3}).map(r => r.item.href)]));
}, JSON.parse(process.argv[3]));
const shown = name => tab.locator(name).first().isVisible(), seen = {before: [await shown('.check'), await shown('.imports')]};
await tab.locator('#show-checks').check();
seen.after = [await shown('.check'), await shown('.imports')];
const widths = {}, gaps = {};
for (const width of [390, 1280]) {
  await tab.setViewportSize({width, height: 900});
  widths[width] = await tab.evaluate(() => document.documentElement.scrollWidth);
  gaps[width] = await tab.$eval('.katex-html', e => e.querySelector('.tag').getBoundingClientRect().left -
    [...e.querySelectorAll(':scope > .base')].at(-1).getBoundingClientRect().right);
}
console.log(JSON.stringify({sorted, short: await tab.locator('#short button').count(), corner: await tab.locator('#corner button').count(), found, seen, widths, gaps, errors}));
await app.close();
