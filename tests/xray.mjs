// Called by test_xray.py. `engine DATA` answers files of stdin, one JSON line each; `browser PAGE …` works the page.
import {readFileSync} from 'node:fs';
import {runInNewContext} from 'node:vm';

const [job, ...args] = process.argv.slice(2);

/** The script that the page runs, cut out of the page. */
function engine(page) {
  const html = readFileSync(page, 'utf8'), from = html.indexOf('const engine = ') + 15, to = html.indexOf('\nreturn {readNpy, diagnose}; }') + 30;
  return runInNewContext(`(${html.slice(from, to)})()`, {console, TextDecoder});
}
function files(page) {
  const {readNpy, diagnose} = engine(page), {options, files} = JSON.parse(readFileSync(0, 'utf8'));
  return files.map(file => {
    try { return diagnose(readNpy(new Uint8Array(Buffer.from(file, 'base64'))), options); }
    catch (e) { return {refused: e.message, name: e.name}; }
  });
}
console.log(JSON.stringify(await {files}[job](...args), (_, x) => x === Infinity ? 'inf' : x));
