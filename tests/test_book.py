"The book as text: formulas, cross-references, links, figures, house style."
import ast, configparser, json, re, shutil, subprocess
import pytest, yaml
from book import NBS, NOTEBOOKS, ROOT, anchors, cells, citations, formulas, labels, links, prose

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
BIBLIOGRAPHY = set(re.findall(r"@\w+\{([^,]+),", (NBS/"references.bib").read_text()))
LABELS = [label for path in NOTEBOOKS for label in labels(path)]

def test_formulas_pass_strict_katex(needs):
    needs(shutil.which("node") and (ROOT/"node_modules"/"katex").exists(), "needs node and npm (KaTeX)")
    found = [f for path in NOTEBOOKS for f in formulas(path)]
    assert len(found) > 100
    done = subprocess.run(["node", "tools/formulas.mjs"], input=json.dumps(found), cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr

def test_labels_are_unique():
    assert not {label for label in LABELS if LABELS.count(label) > 1}

@each
def test_references_resolve(path):
    unknown = [key for key in citations(path) if key not in LABELS and key not in BIBLIOGRAPHY]
    assert not unknown

@each
def test_links_resolve(path):
    local = [target.split("#")[0] for target in links(path) if not re.match(r"https?://|mailto:|#", target)]
    assert not [target for target in local if not (NBS/target).exists()]

@each
def test_anchors_resolve(path):
    for target in links(path):
        file, _, anchor = target.partition("#")
        if anchor and not file.startswith("http"):
            there = NBS/file if file else path
            assert anchor in list(anchors(there)), f"{target}: {there.name} has {', '.join(anchors(there))}"

def test_links_of_the_documents_resolve():
    for name in "README.md", "CONTRIBUTING.md", "CHANGELOG.md":
        local = [t.split("#")[0] for t in links(ROOT/name) if not re.match(r"https?://|mailto:|#", t)]
        assert not [t for t in local if not (ROOT/t).exists()], name

@each
def test_figures_have_caption_and_alt_text(path):
    for source, outputs in cells(path, "code"):
        if any("image/png" in o.get("data", {}) or "image/svg+xml" in o.get("data", {}) for o in outputs):
            for option in ("label: fig-", 'fig-cap: ".{10}', 'fig-alt: ".{20}'):
                assert re.search(rf"#\| {option}", source), f"{option} missing in:\n{source[:200]}"

@each
def test_figures_and_tables_are_there(path):
    for source, outputs in cells(path, "code"):
        kinds = {mime for o in outputs for mime in o.get("data", {})}
        if re.search(r"#\| label: fig-", source): assert kinds & {"image/png", "image/svg+xml", "text/html"}, source[:200]
        if re.search(r"#\| label: tbl-", source): assert outputs, source[:200]

@each
def test_house_style(path):
    assert path.stat().st_size < 300_000
    for source, outputs in cells(path, "code"):
        lines = source.splitlines()
        assert len(lines) <= 40, f"a cell of {len(lines)} lines: {lines[0]}"
        wide = [line for line in lines if len(line) > 100 and not line.startswith("#|")]
        assert not wide, wide
        printed = json.dumps(outputs)
        assert not re.search(r"/work/|/root/|/tmp/|Warning:", printed), source[:200]

@each
def test_chapter_has_title_subtitle_and_close(path):
    text = cells(path, "markdown")[0][0]
    assert re.match(r"# .+\n\n> .+", text)
    if path.stem != "index":
        for heading in ("Summary", "Exercises"): assert re.search(rf"^## {heading}$", prose(path), re.M), heading
        summary = prose(path).split("## Summary")[1]
        for kind in ("**Proved.**", "**Measured.**", "**Hunch.**"): assert kind.strip("*.") in summary, kind

def test_book_lists_every_notebook_in_order():
    book = yaml.safe_load((ROOT/"_quarto.yml").read_text())["book"]
    flat = [c for item in book["chapters"] for c in (item["chapters"] if isinstance(item, dict) else [item])]
    assert [c for c in flat if c.endswith(".ipynb")] == ["index.ipynb", *(p.name for p in NOTEBOOKS if p.stem != "index")]

def test_site_settings_agree():
    settings = configparser.ConfigParser(delimiters=["="]); settings.read(ROOT/"settings.ini")
    cfg, book = settings["DEFAULT"], yaml.safe_load((ROOT/"_quarto.yml").read_text())["book"]
    assert book["site-url"] == cfg["doc_host"] + cfg["doc_baseurl"]
    assert book["repo-url"] == cfg["git_url"] and book["repo-branch"] == cfg["branch"]

@each
def test_chapters_install_themselves_in_colab(path):
    assert sum("'google.colab' in sys.modules" in source for source, _ in cells(path, "code")) == 1

@each
def test_imports_stand_alone(path):
    "Building the site runs every cell with an import, so that a test beside it would run without its set-up."
    for source, _ in cells(path, "code"):
        if re.search(r"#\|\s*export", source) or source.startswith("%") or "google.colab" in source: continue
        nodes = list(ast.walk(ast.parse(source)))
        if any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in nodes):
            assert not any(isinstance(n, (ast.Expr, ast.Assign)) for n in nodes), source
