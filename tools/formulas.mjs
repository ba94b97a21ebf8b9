// Reads [[display, tex], …] from standard input; prints one line for each formula that strict KaTeX refuses, with --html all as HTML.
import katex from "katex";
import { readFileSync } from "node:fs";
const formulas = JSON.parse(readFileSync(0, "utf8"));
if (process.argv.includes("--html")) {
  console.log(JSON.stringify(formulas.map(([displayMode, tex]) => katex.renderToString(tex, { displayMode, throwOnError: false }))));
} else for (const [displayMode, tex] of formulas) {
  try { katex.renderToString(tex, { displayMode, strict: "error", throwOnError: true }); }
  catch (e) { console.log(`${tex.trim().slice(0, 80)}: ${e.message}`); }
}
