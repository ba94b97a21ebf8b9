"The book as data: its notebooks, their cells, formulas, labels and links."
import json, re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NBS = ROOT/"nbs"
NOTEBOOKS = sorted(NBS.glob("*.ipynb"))

def cells(path, kind):
    "Sources of the cells of one kind, with their outputs."
    return [("".join(c["source"]), c.get("outputs", [])) for c in json.loads(path.read_text())["cells"]
            if c["cell_type"] == kind]

def exports(path):
    "Name of the module that a notebook exports, or None."
    found = [re.search(r"^#\|\s*default_exp\s+(\S+)", source, re.M) for source, _ in cells(path, "code")]
    return next((m[1] for m in found if m), None)

def captions(path):
    "Captions of figures and tables: prose that lives in code cells."
    return [c for source, _ in cells(path, "code") for c in re.findall(r'#\| (?:fig|tbl)-cap: "(.*)"', source)]

def prose(path):
    "Markdown of a notebook and its captions, without code."
    text = "\n\n".join([*(source for source, _ in cells(path, "markdown")), *captions(path)])
    return re.sub(r"`[^`\n]*`", "`code`", re.sub(r"```.*?```", "", text, flags=re.S))

def formulas(path):
    "(display?, TeX) of every formula, by pandoc's rules."
    text = prose(path)
    display = re.findall(r"\$\$(.+?)\$\$", text, flags=re.S)
    rest = re.sub(r"\$\$.+?\$\$", " ", text, flags=re.S)
    inline = re.findall(r"(?<![\\$])\$(?=\S)((?:[^$\\]|\\.)+?)(?<=\S)\$(?!\d)", rest)
    return [(True, f) for f in display] + [(False, f) for f in inline]

def labels(path):
    "Cross-reference labels that a notebook defines."
    options = "\n".join(source for source, _ in cells(path, "code"))
    return re.findall(r"\{#((?:eq|fig|tbl|sec|thm)-[\w-]+)", prose(path)) + re.findall(r"#\|\s*label:\s*([\w-]+)", options)

def citations(path):
    "Keys after an @ in the prose: cross-references and bibliography."
    text = re.sub(r"\$\$.+?\$\$", " ", prose(path), flags=re.S)
    return re.findall(r"(?<![\w.])@([A-Za-z][\w-]*)", text)

def links(path):
    "Targets of markdown links and pictures, of a notebook or a markdown file."
    return re.findall(r"\]\(([^)\s]+)", prose(path) if path.suffix == ".ipynb" else path.read_text())

def anchors(path):
    "Identifiers that pandoc gives to the headings of a notebook."
    text = re.sub(r"```.*?```", "", "\n\n".join(source for source, _ in cells(path, "markdown")), flags=re.S)
    for heading in re.findall(r"^#+ +(.+)$", text, flags=re.M):
        plain = re.sub(r"[^\w\s.-]", "", re.sub(r"\{[^}]*\}", "", heading)).lower()
        yield re.sub(r"\s+", "-", re.sub(r"^[^a-z]+", "", plain.strip()))
    for source, _ in cells(path, "markdown"): yield from re.findall(r"\{#([\w-]+)", source)
