#!/usr/bin/env python3
"Fold in JupyterLab what is not for reading: hidden cells, set-up, imports. `--check` only names notebooks that are not folded."
import ast, json, re, sys
from book import NOTEBOOKS

def not_for_reading(source):
    "Set-up, or code that the page shows folded or not at all?"
    if re.search(r"^#\|\s*(hide|default_exp|code-fold:\s*true)", source, re.M) or "google.colab" in source: return True
    lines = [line for line in source.splitlines() if not line.startswith(("%", "#|"))]
    try: nodes = ast.parse("\n".join(lines)).body
    except SyntaxError: return False
    return bool(nodes) and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in nodes)

def fold(text):
    "A notebook's text with `source_hidden` at these cells and at no other."
    nb = json.loads(text)
    for cell in nb["cells"]:
        if cell["cell_type"] != "code": continue
        cell["metadata"].pop("jupyter", None)
        if not_for_reading("".join(cell["source"])): cell["metadata"]["jupyter"] = {"source_hidden": True}
    return json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

if __name__ == "__main__":
    texts = {path: path.read_text(encoding="utf-8") for path in NOTEBOOKS}
    other = [path for path, text in texts.items() if fold(text) != text]
    if "--check" in sys.argv: sys.exit(f"not folded: {' '.join(p.name for p in other)}" if other else 0)
    for path in other: path.write_text(fold(texts[path]), encoding="utf-8")
    print(f"{len(other)} of {len(texts)} notebooks folded")
