// Look at a rendered site as a visitor does: `node tools/look.mjs FOLDER [--axe PAGE,PAGE…] [PAGE…]`, one line for every fault.
// Each page opens at 1280 and 390 px: nothing is cut off sideways, no error in the console, no request to another host, every
// link and anchor leads somewhere, no two places have one name, at most 1 MB as it is sent
// (compressed) but for pictures. Pages after --axe: no serious finding of axe, light and dark.
// The browser is $CHROMIUM, or the one on the PATH.
import {createServer} from 'node:http'
import {readFile} from 'node:fs/promises'
import {existsSync, readdirSync, statSync} from 'node:fs'
import {execSync} from 'node:child_process'
import {extname, join} from 'node:path'
import {createRequire} from 'node:module'
import {gzipSync} from 'node:zlib'
import {chromium} from 'playwright-core'

const require = createRequire(import.meta.url), axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')
const args = process.argv.slice(2), at = args.indexOf('--axe'), base = '/sigreg_nb/', most = 1e6
const checked = at < 0 ? [] : args.splice(at, 2)[1].split(',')
const [folder, ...named] = args
const pages = named.length ? named : readdirSync(folder).filter(name => name.endsWith('.html')).sort()
const kinds = {'.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml', '.json': 'application/json', '.png': 'image/png', '.woff2': 'font/woff2', '.woff': 'font/woff'}

const server = createServer(async (request, reply) => {
  const path = join(folder, decodeURIComponent(new URL(request.url, 'http://x').pathname).replace(base, ''))
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path
  if (!existsSync(file)) return reply.writeHead(404).end()
  reply.writeHead(200, {'content-type': kinds[extname(file)] ?? 'application/octet-stream'}).end(await readFile(file))
})
await new Promise(ready => server.listen(0, '127.0.0.1', ready))
const site = `http://127.0.0.1:${server.address().port}${base}`
const which = () => execSync('command -v chromium || command -v chromium-browser || command -v google-chrome').toString().trim()
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || which(), args: ['--no-sandbox']})

const faults = [], ids = {}, links = [], weights = {}
const fault = (page, text) => faults.push(`${page}: ${text}`)

/** What of the page is wider than the window: the deepest elements that stick out. */
const wide = () => {
  if (document.documentElement.scrollWidth <= innerWidth) return ''
  const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  const name = e => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : e.classList[0] ? `.${e.classList[0]}` : '')
  return `${document.documentElement.scrollWidth} px wide (${out.slice(-1).map(name)})`
}

/** Markdown that Quarto did not understand, or a reference that leads nowhere, in the text of the page. */
const markup = () => {
  const main = document.querySelector('main').cloneNode(true)
  main.querySelectorAll('pre, code, script, style, .katex').forEach(e => e.remove())
  return main.textContent.match(/:::|\{[.#=][\w-]+|\?(eq|fig|tbl|thm|sec)-[\w-]+/)?.[0]
}

async function open(theme, page, width) {
  const context = await browser.newContext({colorScheme: theme, viewport: {width, height: 900}, reducedMotion: 'reduce'})
  const tab = await context.newPage()
  const sent = []
  tab.on('console', m => m.type() === 'error' && fault(page, `console: ${m.text()}`))
  tab.on('pageerror', e => fault(page, `error: ${e.message}`))
  tab.on('response', r => {
    if (r.status() >= 400) fault(page, `${r.status()} ${r.url().replace(site, '')}`)
    else if (r.request().resourceType() !== 'image') sent.push(r.body().then(body => gzipSync(body).length, () => 0))
  })
  await tab.route(url => !url.href.startsWith(site) && url.protocol.startsWith('http'), route => {
    fault(page, `asks ${new URL(route.request().url()).host}`)
    return route.abort()
  })
  await tab.goto(site + page, {waitUntil: 'load'})
  const weigh = async () => {
    await tab.waitForLoadState('networkidle')
    return (await Promise.all(sent)).reduce((a, b) => a + b, 0)
  }
  return {tab, context, weigh}
}

async function look(page) {
  if (!/<main/.test(await readFile(join(folder, page), 'utf8'))) return     // an old address that leads on
  const {tab, context, weigh} = await open('light', page, 1280)
  for (const width of [1280, 390]) {
    await tab.setViewportSize({width, height: 900})
    const over = await tab.evaluate(wide)
    if (over) fault(page, `at ${width} px it is ${over}`)
  }
  const left = await tab.evaluate(markup)
  if (left) fault(page, `shows markup: ${left}`)
  weights[page] = await weigh()
  if (weights[page] > most) fault(page, `weighs ${(weights[page]/1e6).toFixed(2)} MB compressed, without pictures`)
  const own = await tab.$$eval('body [id], body a[name]', all => all.map(e => e.id || e.name))
  ids[page] = new Set(own)
  for (const id of new Set(own.filter((id, i) => own.indexOf(id) < i))) fault(page, `two places are called #${id}`)
  for (const href of await tab.$$eval('a[href]', all => all.map(a => a.href))) links.push([page, href])
  await context.close()
}

async function findings(page, theme, width) {
  const {tab, context} = await open(theme, page, width)
  await tab.evaluate(axe)
  const found = await tab.evaluate(() => axe.run({resultTypes: ['violations']}))
  for (const v of found.violations.filter(v => ['serious', 'critical'].includes(v.impact)))
    fault(page, `axe, ${theme}, ${width} px: ${v.id}, ${v.nodes.length} times, ${v.nodes[0].target} ${v.nodes[0].any[0]?.message ?? ''}`)
  await context.close()
}

async function all(jobs, lanes = 3) {
  const next = async () => { for (let job; (job = jobs.shift());) await job() }
  await Promise.all(Array.from({length: lanes}, next))
}

await all(pages.map(page => () => look(page)))
await all(checked.flatMap(page => ['light', 'dark'].flatMap(theme => [1280, 390].map(width => () => findings(page, theme, width)))))
for (const [page, href] of links) {
  if (!href.startsWith(site)) continue
  const [file, anchor] = href.slice(site.length).split('#'), path = decodeURIComponent(file.split('?')[0]) || 'index.html'
  if (!existsSync(join(folder, path))) fault(page, `link to ${path}, which is not there`)
  else if (anchor && ids[path] && !ids[path].has(decodeURIComponent(anchor))) fault(page, `dead anchor ${path}#${anchor}`)
}
for (const line of [...new Set(faults)]) console.log(line)
const heaviest = Object.entries(weights).sort((a, b) => b[1] - a[1])[0]
console.log(`${Object.keys(weights).length} pages, ${new Set(faults).size} faults, heaviest ${heaviest?.[0]} (${(heaviest?.[1]/1e6).toFixed(2)} MB)`)
await browser.close(); server.close()
process.exit(faults.length ? 1 : 0)
