#!/usr/bin/env python3
"""Write the pages of the site into _proc, ready for `quarto render _proc`: chapters, reference, KaTeX.

A notebook hides nothing. On the site its code is folded: a reader sees the argument, the checks appear with one switch.
"""
import ast, functools, importlib, inspect, json, re, shutil, sys, textwrap
from pathlib import Path
import yaml
from book import NBS, NOTEBOOKS, ROOT, exports

PROC = ROOT/"_proc"
MOVED = json.loads((ROOT/"tools"/"moved.json").read_text())   # page of the site -> chapter that it became
SETTINGS = dict(re.findall(r"^(\w+) = (.*)$", (ROOT/"settings.ini").read_text(), re.M))
CODE = f"{SETTINGS['git_url']}/blob/{SETTINGS['branch']}"
COLAB = CODE.replace("https://github.com", "https://colab.research.google.com/github")
OURS = re.compile(r"^#\|\s*(hide|export|default_exp|notest|slow|cuda)\b.*\n?", re.M)
CHECK = re.compile(r"^\s*(assert |test_\w+\(|def test_)|[;:] ?test_\w+\(", re.M)


# --- cells ---

def parts(source):
    "Quarto's options of a cell, and its code, without the directives of nbdev."
    lines = OURS.sub("", source).splitlines()
    head = [line for line in lines if line.startswith("#|")]
    return head, "\n".join(line for line in lines if not line.startswith("#|")).strip("\n")

def role(source, outputs):
    "What a code cell is to a reader: hidden, widget, exported, imports, check or code."
    if re.search(r"^#\|\s*(hide|default_exp)\b", source, re.M): return "hidden"
    if any("<script" in "".join(o.get("data", {}).get("text/html", "")) for o in outputs): return "widget"
    head, code = parts(source)
    nodes = ast.parse(code).body
    if nodes and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in nodes): return "imports"
    if re.search(r"^#\|\s*export", source, re.M): return "exported"
    defines = [node for node in nodes if hasattr(node, "body") and hasattr(node, "name") and not node.name.startswith("test_")]
    return "check" if CHECK.search(code) and not outputs and not defines else "code"

def summary(code):
    "Public names that code defines, and what the first of them says of itself."
    nodes = [node for node in ast.parse(code).body if hasattr(node, "name") and node.name[0] != "_"]
    if not nodes: return "Code"
    line = (ast.get_docstring(nodes[0]) or "").partition("\n")[0].replace('"', "'")
    line = re.sub(r"`| ?\(@[^)]*\)|@", "", line)                     # Quarto reads it as Markdown, inside quotes
    return ", ".join(node.name for node in nodes) + (f": {line}" if line else "")

def raw(html):
    "HTML as Markdown: an output of type text/html would bring jQuery and RequireJS from elsewhere."
    return f"``````{{=html}}\n{html}\n``````\n"

def tidy(table):
    "A table of pandas without its style sheet and its empty headings; the name of the index goes into the corner."
    table = re.sub(r"<style.*?</style>\n?", "", table, flags=re.S).replace(' border="1"', "").replace(' style="text-align: right;"', "")
    rows = re.findall(r"<tr>.*?</tr>", table.partition("</thead>")[0], re.S)
    cells = [re.findall(r"<th.*?</th>", row, re.S) for row in rows]
    if len(rows) > 1 and len(cells[-1]) == len(cells[-2]):
        pairs = list(zip(cells[-2], cells[-1]))
        if all("<th></th>" in pair for pair in pairs):
            table = table.replace(rows[-1], "").replace(rows[-2], f"<tr>{''.join(max(pair, key=len) for pair in pairs)}</tr>")
    return table.replace("<th></th>", "<td></td>")

def shown(output):
    "An output as the site shows it."
    data = output.get("data", {})
    if "text/html" not in data: return output
    html = "".join(data["text/html"])
    return {**output, "data": {"text/markdown": raw(html if "<script" in html else tidy(html))}}

def cell(kind, source, outputs=(), **options):
    "A cell of a page; options are Quarto's."
    names = {name.replace("_", "-"): value for name, value in options.items()}
    for name in names: source = re.sub(rf"^#\| {name}:.*\n", "", source, flags=re.M)
    head = "".join(f"#| {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in names.items())
    more = {} if kind == "markdown" else dict(outputs=list(outputs), execution_count=None)
    return dict(cell_type=kind, metadata={}, source=head + source, **more)

def argues(code, heading, stem, defined):
    "Is code the argument, so that it stands open? Where a heading says so, the first thing a chapter on losses builds, a short line."
    lines = len(code.splitlines())
    first = stem[0] in "12" and not defined and re.search(r"^(def|class) ", code, re.M)
    return lines <= (10 if stem == "index" or stem[0] == "3" else 3) or bool(first or re.search("smallest", heading, re.I))

def groups(cells):
    "Cells that follow each other and belong together: exported ones, and steps up to the first that shows something."
    found = []
    for role_, head, code, outputs in cells:
        before = found[-1] if found else None
        if before and before[0] == role_ and role_ in ("exported", "code", "imports", "check") and not before[3]:
            found[-1] = (role_, before[1] + head, f"{before[2]}\n\n{code}", outputs)
        else: found.append((role_, head, code, outputs))
    return found

def visible(path):
    "(role, options, source, outputs) of the cells after the set-up that a reader may see."
    cells = json.loads(path.read_text())["cells"]
    for c in cells[next(i for i, c in enumerate(cells) if c["cell_type"] == "markdown"):]:
        source, outputs = "".join(c["source"]), c.get("outputs", [])
        if c["cell_type"] == "markdown": yield "markdown", [], source, []
        elif (what := role(source, outputs)) != "hidden": yield what, *parts(source), [shown(o) for o in outputs]

def page(path):
    "The cells of a chapter, its title first, as the site shows them. Of a page with widgets, no code."
    listed, heading, defined = list(visible(path)), "", False
    playful = path.stem != "index" and any(what == "widget" for what, *_ in listed)
    for what, head, code, outputs in groups(listed):
        source = "".join(f"{line}\n" for line in head) + code
        if what == "markdown":
            heading = (re.findall(r"^#+ .*", code, re.M) or [heading])[-1]
            yield cell("markdown", linked(code))
        elif what == "widget" or playful:
            if outputs: yield cell("code", source, outputs, echo=False)
        elif what in ("check", "imports"): yield cell("code", source, outputs, classes=what, code_fold=False)
        elif any(re.match(r"#\| (code-fold|echo):", line) for line in head): yield cell("code", source, outputs)
        elif what == "exported": yield cell("code", source, outputs, code_fold=True, code_summary=summary(code))
        else:
            figure = any(line.startswith("#| label:") for line in head)
            yield cell("code", source, outputs, code_fold=figure or not argues(code, heading, path.stem, defined))
            defined = defined or "def " in code


# --- pages ---

@functools.cache
def public():
    "Public name -> module, for links from the text; a name of two modules leads nowhere."
    names = [(name, module) for module in modules() for name in importlib.import_module(f"sigreg_nb.{module}").__all__]
    return {name: module for name, module in names if sum(name == other for other, _ in names) == 1}

def linked(text):
    "Names of the package, in the prose, as links to the reference."
    pieces = re.split(r"(```.*?```|~~~.*?~~~|\$\$.*?\$\$|^#.*?$|\[[^\]\n]*\]\([^)\n]*\))", text, flags=re.S | re.M)
    def link(match):
        module = public().get(match[1])
        return f"[`{match[1]}`](api-{module}.qmd#{match[1]})" if module else match[0]
    return "".join(piece if i % 2 else re.sub(r"(?<!`)`(\w+)`(?!`)", link, piece) for i, piece in enumerate(pieces))

def address(path):
    "Name of a chapter's page: 20_strong.ipynb is strong.html."
    return re.sub(r"^\d+_", "", path.stem) + ".html"

def front(path, title, subtitle):
    "What Quarto is told of a page."
    number = int(re.match(r"\d*", path.stem)[0] or 0)
    meta = {"title": f"# {title} {{.unnumbered}}", "description": subtitle, "output-file": address(path), "number-offset": [number]}
    if path.stem == "index": meta |= {"body-classes": "home", "toc": False, "page-layout": "full", "pagetitle": "sigreg_nb"}
    old = sorted(name for name, page in MOVED.items() if page == path.name)
    if old: meta["aliases"] = old
    return f"---\n{yaml.safe_dump(meta, sort_keys=False, allow_unicode=True, width=1000)}---\n"

def tools(path, cells):
    "A line under the title: where the notebook is, the module, the switch for checks and imports."
    links = [f"[Open in Colab]({COLAB}/nbs/{path.name})", f"[Notebook](notebooks/{path.name}){{download={path.name}}}"]
    if module := exports(path): links.append(f"[Reference](api-{module}.qmd)")
    checks, imports = (sum(f'#| classes: "{name}"' in c["source"] for c in cells) for name in ("check", "imports"))
    if checks + imports:
        links.append(f'`<label><input type="checkbox" id="show-checks"> Show the checks ({checks})</label>`{{=html}}')
    return "::: {.tools}\n" + "\n".join(links) + "\n:::"

def moving(text):
    "The first page's text with the story's turning cloud for its picture, which stays where scripts are off."
    from sigreg_nb.story import hero
    still = re.search(r"!\[(.+)\]\((.+)\)", text)
    return text.replace(still[0], raw(f'<div>{hero()}\n<noscript><img src="{still[2]}" alt="{still[1]}"></noscript></div>'))

def chapter(path):
    "A notebook as a page."
    first = next(c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "markdown")
    title, subtitle, rest = re.match(r"# (.+)\n\n> (.+)\n*((?:.|\n)*)", "".join(first["source"])).groups()
    cells = list(page(path))[1:]
    head = dict(cell_type="raw", metadata={}, source=front(path, title, subtitle))
    top = f"[{subtitle}]{{.subtitle}}\n\n{tools(path, cells)}\n\n{rest}"
    if any("<script" in json.dumps(c.get("outputs", [])) for c in cells):      # the first widget comes first
        top, below = f"[{subtitle}]{{.subtitle}}\n\n{rest}", [c for c in cells if c["source"].startswith("**Where you are.**")]
        cells = [c for c in cells if c not in below] + below + [cell("markdown", tools(path, cells))]
    if path.stem == "index":              # question, picture and table stand side by side
        top, first = rest, cells[0]
        cells[0] = cell("markdown", f"::::: {{#first}}\n{moving(first['source'])}")
        for c in cells: c["source"] = c["source"].replace("## Three doors", ":::::\n\n## Three doors")
    cells = [head, cell("markdown", top), *cells]
    for i, c in enumerate(cells): c |= dict(id=f"cell-{i}", source=c["source"].splitlines(keepends=True))
    language = dict(kernelspec=dict(name="python3", display_name="Python 3", language="python"), language_info=dict(name="python"))
    return json.dumps(dict(cells=cells, metadata=language, nbformat=4, nbformat_minor=5), ensure_ascii=False)


# --- reference ---

def sections(doc):
    "First paragraph of a docstring in numpy's form, and its sections by title."
    found = re.split(r"^(\w+)\n-+\n", doc, flags=re.M)
    return found[0].strip(), dict(zip(found[1::2], (text.rstrip() for text in found[2::2])))

def entries(text):
    "(name and type, meaning) of the lines of a section."
    return [(head, textwrap.dedent(body).strip()) for head, body in re.findall(r"^(\S.*)\n?((?:    .*\n?)*)", text or "", re.M)]

def signature(name, rows):
    "A call with every parameter and its default, without types."
    words = [re.sub(r"^([*\w]+).*?(?:default (.*))?$", lambda m: m[1] + (f"={m[2]}" if m[2] else ""), head) for head, _ in rows]
    return textwrap.fill(f"{name}({', '.join(words)})", 88, subsequent_indent=" "*(len(name) + 1), break_on_hyphens=False)

def escaped(text):
    "Text, but for code in it, as Markdown shows it, in a cell of a table too."
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(piece if i % 2 else re.sub(r"""([|*_<>$@#'"\[\]\\^~])""", r"\\\1", piece) for i, piece in enumerate(pieces))

def typed(kind):
    "Type and default of a parameter as code: `int = 64`."
    text = re.sub(r"(, )?default ", " = ", kind).strip().replace(" | ", " or ")
    return f"`{text}`" if text else ""

def described(name, thing):
    "A function or class: signature, first line, parameters, example, errors, all from its help."
    line, found = sections(inspect.getdoc(thing) or "")
    rows = entries(found.get("Parameters"))
    text = [f"```python\n{signature(name, rows)}\n```", linked(line)]
    if rows:
        parted = [(*head.partition(" : ")[::2], meaning) for head, meaning in rows]
        body = "\n".join(f"| `{n}` | {typed(kind)} | {escaped(meaning)} |"
                         for n, kind, meaning in parted)
        text.append(f"| parameter | type = default | meaning |\n|---|---|------|\n{body}")
    if back := entries(found.get("Returns")):
        text.append("**Returns** " + "; ".join(f"`{kind}` {escaped(meaning)}" if kind.strip() else escaped(meaning) for kind, meaning in back))
    if "Examples" in found: text.append(f"```python\n{found['Examples']}\n```")
    if "Raises" in found:
        text.append("<details><summary>Errors</summary>\n\n" + "\n".join(
            f"- `{kind}`\n" + "\n".join(f"    - {escaped(m)}" for m in messages.splitlines()) for kind, messages in entries(found["Raises"]))
            + "\n\n</details>")
    return "\n\n".join(text)

def short(value, width=300):
    "A value on one line, without addresses."
    text = re.sub(r" at 0x[0-9a-f]+|<function (\w+)[^>]*>", r"\1", " ".join(repr(value).split()))
    return text if len(text) <= width else text[:width] + " …"

def modules():
    "Name of every module with public names, in the order of the book."
    return [name for path in NOTEBOOKS if (name := exports(path))]

def reference(name):
    "Page of one module: what help says of its public names."
    from sigreg_nb.docs import document
    module, path = importlib.import_module(f"sigreg_nb.{name}"), next(path for path in NOTEBOOKS if exports(path) == name)
    document(module)
    meta = {"pagetitle": f"sigreg_nb.{name}", "description": (module.__doc__ or "").strip(), "repo-actions": False}
    text = [f"---\n{yaml.safe_dump(meta, sort_keys=False, allow_unicode=True, width=1000)}---", f"# sigreg_nb.{name} {{.unnumbered}}",
            f"{module.__doc__ or ''} Derived and tested in [its chapter]({path.name}); source: [{name}.py]({CODE}/sigreg_nb/{name}.py), "
            f"exported from [the notebook]({CODE}/nbs/{path.name})."]
    for public in module.__all__:
        thing = getattr(module, public)
        is_code = inspect.isclass(thing) or inspect.isroutine(thing)
        text.append(f"## {public} {{#{public}}}\n\n" + (described(public, thing) if is_code else f"```python\n{public} = {short(thing)}\n```"))
    return "\n\n".join(text) + "\n"


# --- the project ---

def project():
    "_quarto.yml with the reference, which stands after the book."
    book = yaml.safe_load((ROOT/"_quarto.yml").read_text())
    book["book"]["chapters"].append(dict(part="API reference", chapters=[f"api-{name}.qmd" for name in modules()]))
    return yaml.safe_dump(book, sort_keys=False, allow_unicode=True)

def write(proc=PROC):
    "All that Quarto needs; what an earlier call left is gone."
    shutil.rmtree(proc, ignore_errors=True)
    (proc/"notebooks").mkdir(parents=True)
    for path in NOTEBOOKS:
        (proc/path.name).write_text(chapter(path), encoding="utf-8")
        shutil.copy(path, proc/"notebooks"/path.name)
    for name in modules(): (proc/f"api-{name}.qmd").write_text(reference(name), encoding="utf-8")
    (proc/"_quarto.yml").write_text(project(), encoding="utf-8")
    shutil.copytree(ROOT/"node_modules"/"katex"/"dist", proc/"katex")
    for path in NBS.iterdir():
        if path.suffix not in (".ipynb", ".yml") and path.is_file() and path.name != "matplotlibrc": shutil.copy(path, proc/path.name)
    return proc

if __name__ == "__main__":
    if not (ROOT/"node_modules"/"katex").exists(): sys.exit("KaTeX is missing: run `npm ci` first")
    print(write())
