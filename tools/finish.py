#!/usr/bin/env python3
"Make the rendered site light, and readable without scripts: formulas as HTML, no unused styles and icons, an index of the prose."
import html, json, re, subprocess, sys
from pathlib import Path
import tinycss2
from fontTools import subset
from book import ROOT

DOCS = ROOT/"_proc"/"_docs"
FORMULA = re.compile(r'<span class="math (inline|display)">(.*?)</span>', re.S)
SKIP = '<a class="skip" href="#quarto-document-content">Skip to the text</a>'

def bare(text):
    "TeX of a formula as pandoc writes it."
    return html.unescape(text).strip().removeprefix(r"\(").removesuffix(r"\)").removeprefix(r"\[").removesuffix(r"\]")

def typeset(pages):
    "Every formula of these pages as HTML and MathML: one call of node."
    found = sorted({(kind == "display", bare(text)) for page in pages.values() for kind, text in FORMULA.findall(page)})
    done = subprocess.run(["node", "tools/formulas.mjs", "--html"], input=json.dumps(found), cwd=ROOT, text=True, capture_output=True, check=True)
    ready = dict(zip(found, json.loads(done.stdout)))
    def one(match): return f'<span class="math {match[1]}">{ready[match[1] == "display", bare(match[2])]}</span>'
    return {path: FORMULA.sub(one, page) for path, page in pages.items()}

def lean(page):
    "A page without the scripts that typeset and search it and the anchors of code lines, with a link past the menu."
    page = re.sub(r'<script[^>]*(katex[^>]*|fuse\.min\.js"[^>]*)></script>|<script>document\.addEventListener\("DOMContentLoaded".*?</script>', "", page, flags=re.S)
    page = re.sub(r'<a href="#cb[\d-]+"[^>]*></a>|<span id="cb[\d-]+">(?=<a href="#cb)', lambda m: "<span>" if m[0].startswith("<span") else "", page)
    return re.sub(r"(<body[^>]*>)", rf"\1\n{SKIP}", page, count=1)

def prose(page):
    "What a reader would search in HTML: its text, without code and scripts."
    page = re.sub(r'<(script|style|pre|nav)\b.*?</\1>|<h[12].*?</h[12]>', " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())

def sections(page):
    "Prose of a page's sections by anchor, and under '' what stands before the first."
    main = re.search(r"<main[^>]*>(.*)</main>", page, re.S)
    first, *rest = re.split(r'<section id="([^"]+)" class="level2[^>]*>', main[1] if main else "")
    return {"": prose(first), **dict(zip(rest[::2], map(prose, rest[1::2])))}

def index(pages):
    "search.json again: the prose of every section, of formulas the TeX."
    docs, texts = json.loads((DOCS/"search.json").read_text()), {name: sections(page) for name, page in pages.items()}
    for doc in docs:
        name, _, anchor = doc["href"].partition("#")
        doc["text"] = texts[name].get(anchor, doc["text"])
    (DOCS/"search.json").write_text(json.dumps(docs, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

def used(rule, words):
    "A rule with those of its selectors whose classes and ids occur; None if there is none."
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports") and rule.content:
        kept = purge(rule.content, words)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}" if kept else None
    if rule.type != "qualified-rule": return rule.serialize()
    selectors = re.split(r",(?![^(]*\))", tinycss2.serialize(rule.prelude))
    kept = [s for s in selectors if all(name in words for name in re.findall(r"[.#]((?:[\w-])+)", re.sub(r":not\([^)]*\)", "", s)))]
    return f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}" if kept else None

def purge(rules, words):
    "Rules that may apply where these words are classes and ids."
    if isinstance(rules, str): rules = tinycss2.parse_stylesheet(rules, skip_comments=True, skip_whitespace=True)
    else: rules = tinycss2.parse_rule_list(rules, skip_comments=True, skip_whitespace=True)
    return "".join(filter(None, (used(rule, words) for rule in rules)))

def icons(css):
    "The font of the icons with those that the styles still name."
    path = next(DOCS.glob("site_libs/bootstrap/bootstrap-icons.woff"))
    found = [code for sheet in css for code in re.findall(r'content:\s*"(?:\\(f[0-9a-f]{3})|([\uf000-\uf8ff]))"', sheet)]
    letters = [int(code, 16) if code else ord(letter) for code, letter in found]
    options = subset.Options(flavor="woff", layout_features=[])
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)

if __name__ == "__main__":
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.html"))}
    if any(SKIP in page for page in pages.values()): sys.exit("finish.py: this site is finished; render it again first")
    index(pages)
    pages = {name: lean(page) for name, page in typeset(pages).items()}
    for name, page in pages.items(): (DOCS/name).write_text(page, encoding="utf-8")
    scripts = [path.read_text(encoding="utf-8") for path in DOCS.glob("site_libs/**/*.js")]
    named = [name for page in pages.values() for name in re.findall(r'\b(?:class|id)="([^"]*)"', page)]
    inline = [script for page in pages.values() for script in re.findall(r"<script.*?</script>", page, re.S)]
    words = {word for text in [*named, *inline, *scripts] for word in re.findall(r"[\w-]+", text)}
    sheets = {path: purge(path.read_text(encoding="utf-8"), words) for path in DOCS.glob("site_libs/**/*.css")}
    for path, sheet in sheets.items(): path.write_text(sheet, encoding="utf-8")
    icons(sheets.values())
    print(DOCS)
