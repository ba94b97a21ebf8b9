#!/usr/bin/env python3
"Write README.md from nbs/index.ipynb; `--check` only says whether it is in step."
import sys
import nbformat
from nbconvert import MarkdownExporter
from book import NBS, ROOT

def readme():
    "The index notebook as GitHub Markdown, without hidden cells and front matter."
    nb = nbformat.read(NBS/"index.ipynb", as_version=4)
    nb.cells = [c for c in nb.cells if not c.source.startswith("#| hide")]
    body, _ = MarkdownExporter().from_notebook_node(nb)
    head = "<!-- Written from nbs/index.ipynb by tools/readme.py: edit the notebook. -->\n\n"
    return head + body.replace("](images/", "](nbs/images/").strip() + "\n"

if __name__ == "__main__":
    path = ROOT/"README.md"
    if "--check" in sys.argv: sys.exit(path.read_text() != readme())
    path.write_text(readme())
