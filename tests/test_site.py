"The site before and after Quarto: what is folded, tables that sort, search, phones; and that tools/look.mjs sees what is wrong."
import base64, importlib.util, json, os, random, shutil, subprocess
import pytest
import finish
from book import NBS, NOTEBOOKS, ROOT

spec = importlib.util.spec_from_file_location("pages", ROOT/"tools"/"site.py")   # `site` is a module of Python
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)

CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OUTPUT = [dict(output_type="execute_result", data={"text/plain": "1"})]

def node(needs, *args):
    there = [shutil.which("node"), *((ROOT/"node_modules"/name).exists() for name in ("playwright-core", "axe-core", "katex"))]
    needs(CHROMIUM and all(there), "needs node, npm ci and chromium")
    return subprocess.run(["node", *map(str, args)], cwd=ROOT, text=True, capture_output=True, timeout=120, env={**os.environ, "CHROMIUM": CHROMIUM})


# --- before Quarto ---

@pytest.mark.parametrize("source, outputs, role", [
    ("#| hide\nimport torch", [], "hidden"), ("#| default_exp strong", [], "hidden"), ("import torch\nfrom math import pi", [], "imports"),
    ("#| export\nimport torch", [], "imports"), ("#| export\ndef f(): pass", [], "exported"), ("x = f()\nassert x == 1", [], "check"),
    ("test_eq(f(), 1)", [], "check"), ("def test_f():\n    assert f()\n\ntest_f()", [], "check"), ("for n in (1, 2): test_eq(n, n)", [], "check"),
    ("torch.manual_seed(0); test_f()", [], "check"), ("test_eq(f(), 1)", OUTPUT, "code"), ("def g(): return 1\ntest_eq(g(), 1)", [], "code"),
    ("contest_eq = 1", [], "code"), ("show()", [dict(data={"text/html": "<script>1</script>"})], "widget")])
def test_what_a_cell_is_to_a_reader(source, outputs, role):
    assert pages.role(source, outputs) == role

def test_steps_without_output_join_what_they_lead_to():
    cells = [("code", [], "a = 1", []), ("code", ["#| label: fig-a"], "a", OUTPUT), ("code", [], "b", OUTPUT), ("check", [], "assert a", []),
             ("exported", [], "def _f(): pass", []), ("exported", [], 'def f():\n    "What f is."', [])]
    joined = pages.groups(cells)
    assert [(what, code) for what, _, code, _ in joined] == [
        ("code", "a = 1\n\na"), ("code", "b"), ("check", "assert a"), ("exported", 'def _f(): pass\n\ndef f():\n    "What f is."')]
    assert joined[0][1] == ["#| label: fig-a"] and pages.summary(joined[-1][2]) == "f: What f is."

@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_page_has_all_that_a_notebook_shows(path, monkeypatch):
    "No output is lost, what is an argument stands open, checks and imports wait for the switch, no widget loads jQuery."
    monkeypatch.setattr(pages, "public", dict)
    shown = [c for c in json.loads(pages.chapter(path))["cells"] if c["cell_type"] == "code"]
    all_ = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    there = [o for c in all_ if pages.role("".join(c["source"]), c["outputs"]) != "hidden" for o in c["outputs"]]
    assert sum(len(c["outputs"]) for c in shown) == len(there)
    assert not [o for c in shown for o in c["outputs"] if "text/html" in o.get("data", {})]
    for c in shown:
        source = "".join(c["source"])
        assert source.count("#| code-fold:") <= 1 and source.count("#| echo:") <= 1 and "#| export" not in source, source
        assert ("code-fold: false" in source) >= ('classes: "check"' in source)
    if path.stem in ("20_strong", "21_weak", "22_vcreg_loss", "23_vcreg_layer"):
        name = dict(zip("0123", ("strong_small", "published", "vcreg_literal", "Printed")))[path.stem[1]]
        first = next(s for c in shown if f" {name}(" in (s := "".join(c["source"])))
        assert "code-fold: false" in first

def test_home_opens_with_the_turning_cloud_and_a_still_one_without_scripts(monkeypatch):
    monkeypatch.chdir(ROOT)
    first = next("".join(c["source"]) for c in json.loads(pages.chapter(NBS/"index.ipynb"))["cells"] if "<noscript>" in "".join(c["source"]))
    assert "sigregStory.mount('hero'" in first and '<noscript><img src="front.png" alt="' in first

def test_a_summary_holds_nothing_that_quarto_reads_otherwise():
    code = 'def f():\n    \'Rate of "g" by `h` (@eq-a-b), see @eq-c.\''
    assert pages.summary(code) == "f: Rate of 'g' by h, see eq-c."
    assert pages.summary("def _f(): pass\nA = 1") == "Code"

def test_a_table_of_pandas_has_no_empty_heading():
    pd = pytest.importorskip("pandas")
    table = pages.tidy(pd.DataFrame({"a": [1], "b": [2]}, index=pd.Index(["x"], name="run")).to_html())
    assert "<th></th>" not in table and "style" not in table and table.count("<tr>") == 2
    assert all(f"<th>{name}</th>" in table for name in ("run", "a", "b", "x"))
    assert pages.tidy(pd.DataFrame({"a": [1]}).to_html()).count("<td></td>") == 1

def test_names_in_the_prose_lead_to_the_reference(monkeypatch):
    monkeypatch.setattr(pages, "public", lambda: {"strong_sigreg": "strong"})
    link = "[`strong_sigreg`](api-strong.qmd#strong_sigreg)"
    assert pages.linked("so `strong_sigreg` is") == f"so {link} is"
    for text in ("```python\n`strong_sigreg`\n```", "## `strong_sigreg`", "[`strong_sigreg`](x.ipynb)", "`other`", "$$`strong_sigreg`$$"):
        assert pages.linked(text) == text

def test_signatures_hold_no_markdown(monkeypatch):
    monkeypatch.setattr(pages, "public", lambda: {"strong_sigreg": "strong"})
    text = pages.reference("strong")
    for block in text.split("```")[1::2]: assert "](" not in block and "`" not in block, block
    assert "strong_sigreg(z, num_slices=64, grid='weak-sigreg'" in text and "| `num_slices` | `int = 64` | k |" in text
    assert "repo-actions: false" in text and "blob/main/nbs/20_strong.ipynb" in text


# --- after Quarto ---

def test_only_styles_that_may_apply_stay():
    css = ".a{x:1}.a .b,.c{x:2}.b:hover{x:3}@media (min-width:1px){.b{x:4}}@media print{.a{x:5}}p{x:6}.a:not(.b){x:7}"
    assert finish.purge(css, {"a", "c"}) == ".a{x:1}.c{x:2}@media print{.a{x:5}}p{x:6}.a:not(.b){x:7}"

def test_the_index_holds_prose():
    section = '<section id="{0}" class="level2"><h2>Title</h2><p>{0} &amp; <em>slow</em></p><pre>code</pre><section id="s" class="level3"><p>deep</p></section></section>'
    page = f'<nav>menu</nav><main class="x"><p>First.</p>{section.format("blind")}{section.format("b")}</main><p>foot</p>'
    assert finish.sections(page) == {"": "First.", "blind": "blind & slow deep", "b": "b & slow deep"}

def test_formulas_need_no_script(needs):
    needs(shutil.which("node") and (ROOT/"node_modules"/"katex").exists(), "needs node and npm (KaTeX)")
    page = '<script defer="" src="katex/katex.min.js"></script><body x><span class="math inline">a &lt; b^2</span><span id="cb1-1"><a href="#cb1-1"></a>x</span>'
    got = finish.lean(finish.typeset({"a.html": page})["a.html"])
    assert got.startswith(f"<body x>\n{finish.SKIP}") and 'class="katex"' in got and "<math" in got and got.endswith("<span>x</span>")

def table(name, rows):
    body = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows)
    return f'<table id="{name}"><thead><tr><th>run</th><th>top1</th></tr></thead><tbody>{body}</tbody></table>'

WIDE = "".join(f"<td>a{'long'*4}cell{i}</td>" for i in range(20))
DOCS = [dict(title=title, section=section, text=text, href=href) for title, section, text, href in (
    ("sigreg_nb.train", "Trainer", "blind sigreg", "api-train.html#Trainer"), ("12 Epps-Pulley", "The grid is blind", "beyond 10 the grid", "epps_pulley.html#blind"),
    ("41 The ViT", "", "72.0 per cent", "vit.html"), ("61 The plateau", "Blind", "a grid of rates for sigreg", "plateau.html#g"))]

def test_tables_sort_search_finds_words_and_phones_show_all(needs, tmp_path):
    rows = [(f"V{i}", f"{(37*i) % 101 - 50:.1f} ± 0.3".replace("-", "−")) for i in range(1, 13)]
    page, formula = tmp_path/"page.html", json.dumps([[True, "a = " + " + ".join(f"x_{{{i}}}" for i in range(60)) + r" \tag{20.1}"]])
    done = subprocess.run(["node", "tools/formulas.mjs", "--html"], input=formula, cwd=ROOT, text=True, capture_output=True)
    checks = f'<label><input type="checkbox" id="show-checks">checks</label><div class="check">c</div><div class="imports">i</div>'
    page.write_text(f"""<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <link rel="stylesheet" href="file://{ROOT}/node_modules/katex/dist/katex.min.css"><style>{(NBS/"styles.css").read_text()}</style>
        <main><h1><code>{"name_of_a_module."*9}</code></h1><p><code>{"x"*300}</code></p><span class="math display">{json.loads(done.stdout)[0]}</span>
        {checks}{table("long", rows)}{table("short", rows[:10])}<table id="corner"><thead><tr><td></td><th>a</th></tr></thead>{"<tr><td>1<td>2"*11}</table><table><tr>{WIDE}</tr></table></main>{(NBS/"site.html").read_text()}""")
    queries = ["blind grid", "vit 72", "sigreg", "trainer", "nowhere"]
    done = node(needs, "tests/site.mjs", page, json.dumps([DOCS, queries]))
    assert done.returncode == 0, done.stderr[-2000:]
    got = json.loads(done.stdout)
    keys = {"run": str, "top1": lambda text: float(text.split()[0].replace("−", "-"))}
    for s in got["sorted"]:
        column = [r[s["name"] == "top1"] for r in rows]
        assert s["shown"] == s["direction"]
        assert s["values"] == sorted(column, key=keys[s["name"]], reverse=s["direction"] == "descending"), s
    assert got["short"] == 0 and got["corner"] == 1 and not got["errors"]     # an empty corner has no button
    assert got["found"] == {"blind grid": ["epps_pulley.html#blind", "plateau.html#g"], "vit 72": ["vit.html"], "nowhere": [],
                            "sigreg": ["plateau.html#g", "api-train.html#Trainer"], "trainer": ["api-train.html#Trainer"]}
    assert got["seen"] == {"before": [False, False], "after": [True, True]}
    assert got["widths"]["390"] <= 390 and got["widths"]["1280"] <= 1280, got["widths"]
    assert min(got["gaps"].values()) >= 0, "the number of an equation lies on it"

def test_look_names_what_is_wrong(needs, tmp_path):
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title></head><body><main>'
    (tmp_path/"good.html").write_text(f'{head}<h1 id="top">t</h1><a href="good.html#top">here</a></main>')
    (tmp_path/"moved.html").write_text('<script>location.replace("good.html")</script>')
    heavy = base64.b64encode(random.Random(0).randbytes(1_400_000)).decode()
    (tmp_path/"bad.html").write_text(f"""{head}<h1>t</h1><div style="width:600px">wide</div><a href="nowhere.html">a</a><a href="good.html#no">b</a>
        <p style="color:#999" id="twice">pale :::</p><p id="twice"></p><!--{heavy}--><img src="https://example.org/a.png" alt="a"><script>console.error("oh"); undefined.x</script></main>""")
    done = node(needs, "tools/look.mjs", tmp_path, "good.html", "moved.html")
    assert done.returncode == 0 and done.stdout.startswith("1 pages, 0 faults"), done.stdout + done.stderr
    done = node(needs, "tools/look.mjs", tmp_path, "--axe", "bad.html", "bad.html", "good.html")
    for fault in ("at 390 px it is 6", "link to nowhere.html", "dead anchor good.html#no", "color-contrast", "asks example.org", "two places are called #twice", "weighs 1.4", "shows markup: :::", "console: oh", "error: Cannot read"):
        assert f"bad.html: {fault}" in done.stdout or fault in done.stdout, f"{fault} is not in\n{done.stdout}"
    assert done.returncode == 1 and "at 1280 px" not in done.stdout and "\ngood.html" not in done.stdout
