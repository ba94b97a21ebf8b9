#!/usr/bin/env python3
"Write README.md from nbs/index.ipynb; `--check` only says whether it is in step."
import re, sys
import nbformat
from nbconvert import MarkdownExporter
from book import NBS, ROOT

HIDDEN = re.compile(r"#\|\s*(hide|eval:\s*false|include:\s*false)")

def shown(cell):
    "The cell, or its printed output alone where the code is not to be seen."
    if cell.cell_type == "markdown" or "#| echo: false" not in cell.source: return cell
    text = "".join(o.get("text") or o["data"]["text/plain"] for o in cell.outputs)
    return nbformat.v4.new_markdown_cell("~~~text\n" + "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n~~~")

def readme():
    "The index notebook as GitHub Markdown, without hidden cells and directives."
    nb = nbformat.read(NBS/"index.ipynb", as_version=4)
    nb.cells = [c for c in nb.cells if c.cell_type == "markdown" or not HIDDEN.match(c.source)]
    nb.cells = [shown(c) for c in nb.cells]
    for cell in nb.cells:
        if cell.cell_type == "code": cell.source = re.sub(r"^#\|.*\n", "", cell.source, flags=re.M)
    nb.metadata["language_info"] = {"name": "python"}
    body, files = MarkdownExporter().from_notebook_node(nb)
    if files["outputs"]: raise ValueError(f"README cannot hold output files: {list(files['outputs'])}")
    body = re.sub(r"\]\((?!https?://|#)([^)]+)\)", r"](nbs/\1)", body).replace("](nbs/../", "](")
    return f"<!-- Written from nbs/index.ipynb by tools/readme.py: edit the notebook. -->\n\n{body.strip()}\n"

if __name__ == "__main__":
    path = ROOT/"README.md"
    if "--check" in sys.argv: sys.exit(path.read_text(encoding="utf-8") != readme())
    path.write_text(readme(), encoding="utf-8")
