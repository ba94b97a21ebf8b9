// Called by test_site.py: sort the tables of PAGE by each column and print what they show.
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
console.log(JSON.stringify({sorted, short: await tab.locator('#short button').count(), errors}));
await app.close();
