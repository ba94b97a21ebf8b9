#!/usr/bin/env python3
"Preprocess the notebooks into _proc, add the reference, the Colab links and KaTeX, ready for `quarto render _proc`."
import importlib, inspect, json, re, shutil, sys
from pathlib import Path
import yaml
from book import NBS, NOTEBOOKS, ROOT, exports

MOVED = json.loads((ROOT/"tools"/"moved.json").read_text())   # page of the site -> chapter that it became

def settings():
    "Repository and branch, as settings.ini has them."
    from nbdev.config import get_config
    cfg = get_config()
    return f"{cfg.user}/{cfg.repo}", cfg.branch

def modules():
    "Name of every module with public names, in the order of the book."
    return [name for path in NOTEBOOKS if (name := exports(path))]

def reference(name):
    "Quarto page of one module: signatures, docments and sources of its public names."
    from nbdev.showdoc import show_doc
    module = importlib.import_module(f"sigreg_nb.{name}")
    chapter = next(path.name for path in NOTEBOOKS if exports(path) == name)
    parts = [f"# `sigreg_nb.{name}` {{.unnumbered}}", module.__doc__ or "", f"Derived and tested in [its chapter]({chapter})."]
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            text = show_doc(thing)._repr_markdown_().replace("#LNone", f"#L{inspect.getsourcelines(thing)[1]}")
            parts.append(re.sub(r"^#+ (?!#)(.*)$", r"## \1 {.unnumbered}", text, count=1, flags=re.M))
        else: parts.append(f"## {public} {{.unnumbered}}\n\n```python\n{public} = {short(thing)}\n```")
    return "\n\n".join(parts) + "\n"

def short(value, width=300):
    "A value on one line, without addresses."
    text = re.sub(r" at 0x[0-9a-f]+|<function (\w+)[^>]*>", r"\1", " ".join(repr(value).split()))
    return text if len(text) <= width else text[:width] + " …"

def add_colab(path, repo, branch):
    "Say under the title of a processed notebook where it runs."
    nb = json.loads(path.read_text())
    url = f"https://colab.research.google.com/github/{repo}/blob/{branch}/nbs/{path.name}"
    cell = dict(cell_type="markdown", metadata={}, id="colab", source=f"[Run this chapter in Colab]({url}){{.colab}}")
    head = next(i for i, c in enumerate(nb["cells"]) if c["cell_type"] != "raw")
    nb["cells"].insert(head, cell)
    for c in nb["cells"]: c["metadata"].pop("jupyter", None)   # what tools/fold.py folds in JupyterLab; here the directives decide
    path.write_text(json.dumps(nb))

def add_aliases(path, old):
    "The pages that a processed notebook was before: they lead here."
    nb = json.loads(path.read_text())
    head = nb["cells"][0]                 # what nbdev writes for Quarto
    text = "".join(head["source"]).rstrip().removesuffix("---")
    head["source"] = f"{text.rstrip()}\naliases: {json.dumps(old)}\n---\n"
    path.write_text(json.dumps(nb))

def finish(proc):
    "What Quarto needs beside the processed notebooks."
    repo, branch = settings()
    for path in sorted(proc.glob("*.ipynb")): add_colab(path, repo, branch)
    for page in set(MOVED.values()): add_aliases(proc/page, sorted(old for old, new in MOVED.items() if new == page))
    for name in modules(): (proc/f"api-{name}.qmd").write_text(reference(name), encoding="utf-8")
    book = yaml.safe_load((ROOT/"_quarto.yml").read_text())
    pages = dict(part="Reference", chapters=[f"api-{name}.qmd" for name in modules()])
    book["book"]["chapters"].insert(-1, pages)
    (proc/"_quarto.yml").unlink()
    (proc/"_quarto.yml").write_text(yaml.safe_dump(book, sort_keys=False, allow_unicode=True), encoding="utf-8")
    shutil.copytree(ROOT/"node_modules"/"katex"/"dist", proc/"katex", dirs_exist_ok=True)
    for name in "sortable.html", "card.png": shutil.copy(NBS/name, proc/name)
    return proc

if __name__ == "__main__":
    from nbdev.serve import proc_nbs
    if not (ROOT/"node_modules"/"katex").exists(): sys.exit("KaTeX is missing: run `npm ci` first")
    print(finish(Path(proc_nbs(force=True, n_workers=0))))
