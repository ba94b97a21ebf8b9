import {chromium} from 'playwright-core';
const app = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
const tab = await app.newPage(); await tab.goto('file:///tmp/xr/page.html');
for (let i=0;i<3;i++) {
await tab.waitForFunction(() => document.getElementById('xray').dataset.state === 'done');
const steps = await tab.evaluate(() => { window.log = []; new MutationObserver(() => window.log.push([performance.now(), document.querySelector('.xr-status').textContent])).observe(document.querySelector('.xr-status'), {childList: true}); });
await tab.setInputFiles('.xr-file input', '/tmp/xr/big.npy');
await tab.waitForFunction(() => document.getElementById('xray').dataset.state === 'done', null, {timeout: 60000});
console.log(await tab.evaluate(() => [document.getElementById('xray').seconds, window.log.map(([t, s]) => `${Math.round(t)} ${s}`)]));
}
await app.close();
