// Reads [[display, tex], …] from standard input; prints one line for each formula that strict KaTeX refuses.
import katex from "katex";
import { readFileSync } from "node:fs";
for (const [displayMode, tex] of JSON.parse(readFileSync(0, "utf8"))) {
  try { katex.renderToString(tex, { displayMode, strict: "error", throwOnError: true }); }
  catch (e) { console.log(`${tex.trim().slice(0, 80)}: ${e.message}`); }
}
