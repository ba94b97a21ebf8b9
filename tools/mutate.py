#!/usr/bin/env python3
"""Do the tests notice when the code changes? A seeded sample of small changes, one at a time, each against the chapter's tests.

  PYTHONPATH=. python3 tools/mutate.py [how many] [seed] [minutes] [module …]

A change is made in an exported cell, in a copy of the package and of the chapter. It is caught if a cell of the chapter fails, or
a script of `BESIDE`. The changes of a module count only if its tests pass without one. Prints the share that was caught and every
survivor; the exit status is 1 below 95 %, or where a module fails as it is."""
import ast, json, os, random, re, subprocess, sys, tempfile, time, types
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = {found[1]: p for p in sorted((ROOT/"nbs").glob("[0-9]*.ipynb")) if (found := re.search(r"#\| default_exp (\w+)", p.read_text()))}
MODULES = "train", "exact", "taps", "attach", "ledger", "campaign", "data"
#: scripts that test a module beside its chapter
BESIDE = {"exact": ["tests/ranks.py"], "taps": ["tests/ranks.py"], "train": ["tests/together.py uneven few dropout deadline disagree"]}
PYTEST = "-m pytest -q -x -p no:cacheprovider tests/test_bad_input.py"
LIMIT = 900                     # seconds of one change; who is slower than that has noticed it

OPPOSITE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
            ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
            ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And}

def changed(node):
    "The node with a small change, or None."
    kind = {f: getattr(node, f) for f in node._fields}
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE: return ast.Compare(**{**kind, "ops": [OPPOSITE[type(node.ops[0])](), *node.ops[1:]]})
    if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in OPPOSITE: return type(node)(**{**kind, "op": OPPOSITE[type(node.op)]()})
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)): return node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, bool): return ast.Constant(not node.value)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)): return ast.Constant(node.value + 1)
    if isinstance(node, ast.Return) and node.value is not None: return ast.Return(ast.Constant(None))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call): return ast.Pass()
    if isinstance(node, ast.IfExp): return ast.IfExp(**{**kind, "test": ast.UnaryOp(ast.Not(), node.test)})

def inside(tree):
    "The nodes of functions whose change would be one of behaviour: no messages, annotations, decorators."
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.Raise, ast.JoinedStr, ast.Assert, ast.arg)): continue
        if isinstance(child, ast.ExceptHandler): yield from inside(child); continue
        yield child
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in child.body: yield part; yield from inside(part)
        elif isinstance(child, ast.AnnAssign): yield from inside(child) if child.value is None else inside(ast.Expr(child.value))
        else: yield from inside(child)

def changes(module):
    "(cell, source, changed source, what) for every change of a module."
    for cell in json.loads(CHAPTERS[module].read_text())["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not source.startswith("#| export"): continue
        lines = source.splitlines(True)
        starts = [0]
        for line in lines: starts.append(starts[-1] + len(line.encode()))
        for top in ast.parse(source).body:
            if not isinstance(top, (ast.FunctionDef, ast.ClassDef)): continue
            seen = set()
            for node in inside(ast.Module([top], [])):
                new = changed(node)
                if new is None or not hasattr(node, "lineno"): continue
                a, b = starts[node.lineno-1] + node.col_offset, starts[node.end_lineno-1] + node.end_col_offset
                text, raw = ast.unparse(ast.fix_missing_locations(new)), source.encode()
                if isinstance(new, ast.expr): text = f"({text})"
                made = (raw[:a] + text.encode() + raw[b:]).decode()
                if (a, b, text) in seen: continue
                seen.add((a, b, text))
                try: ast.parse(made)
                except SyntaxError: continue
                yield cell["id"], source, made, f"{module}.{top.name}, line {node.lineno}: {raw[a:b].decode()[:70]} → {text[:70]}"

def place(folder, module, cell, source, made):
    "A copy of package and chapter in `folder`, with the change; the rest is linked."
    for name in "sigreg_nb", "nbs":
        (folder/name).mkdir()
        for p in (ROOT/name).iterdir():
            if p.name != "__pycache__": (folder/name/p.name).symlink_to(p)
    for name in "results", "tests", "tools", "settings.ini": (folder/name).symlink_to(ROOT/name)
    book, code = CHAPTERS[module], (ROOT/"sigreg_nb"/f"{module}.py").read_text()
    body = lambda s: s.partition("\n")[2].strip()
    assert body(source) in code, (module, cell)
    chapter = json.loads(book.read_text())
    for c in chapter["cells"]:
        if c["id"] == cell: c["source"] = made
    for path, text in ((folder/"sigreg_nb"/f"{module}.py", code.replace(body(source), body(made))),
                       (folder/"nbs"/book.name, json.dumps(chapter))):
        path.unlink(); path.write_text(text)

def test_cells(path):
    "Run a chapter up to the first cell that fails; timings are left out."
    import matplotlib; matplotlib.use("Agg")
    import linecache
    sys.modules["__main__"] = module = types.ModuleType("__main__")     # pickle looks names up there
    space = vars(module)
    space["display"] = lambda *a: None
    for i, cell in enumerate(json.loads(Path(path).read_text())["cells"]):
        source = "".join(cell["source"])
        skip = any(mark in source for mark in ("google.colab", "#| eval: false", "#| cuda", "#| slow", "#| notest"))
        if cell["cell_type"] != "code" or skip or source.startswith("%"): continue
        name = f"<cell {i}>"
        linecache.cache[name] = len(source), None, source.splitlines(True), name
        exec(compile(source, name, "exec"), space)

def caught(folder, module):
    "The first test that fails, or None."
    env = {**os.environ, "PYTHONPATH": f"{folder}:{folder}/tools:{folder}/tests", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    until = time.monotonic() + LIMIT
    for name, command, cwd in (("chapter", [str(ROOT/"tools/mutate.py"), "--cells", str(folder/"nbs"/CHAPTERS[module].name)], folder/"nbs"),
                               *((c, c.split(), folder) for c in [PYTEST, *BESIDE.get(module, [])])):
        child = subprocess.Popen([sys.executable, *command], cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try: status = child.wait(max(1, until - time.monotonic()))
        except subprocess.TimeoutExpired: status = "too slow"
        try: os.killpg(child.pid, 9)
        except ProcessLookupError: pass
        child.wait()
        if status: return name

def tried_as(module, cell=None, source="", made=""):
    "The first test that fails with this change; without one if nothing is given."
    with tempfile.TemporaryDirectory() as folder:
        place(Path(folder), module, cell, source, made)
        return caught(Path(folder), module)

def main(many=50, seed=0, minutes=300., *modules):
    start = time.monotonic()
    every = [(m, *c) for m in modules or MODULES for c in changes(m)]
    print(f"{len(every)} changes; a sample of {min(int(many), len(every))}, seed {seed}", flush=True)
    tried, survivors, sound = 0, [], {}
    for module, cell, source, made, what in random.Random(int(seed)).sample(every, min(int(many), len(every))):
        if time.monotonic() - start > 60*float(minutes): break
        if module not in sound:
            sound[module] = not (by := tried_as(module))
            print(f"{module} unchanged: " + (f"FAILS in {by}; its changes are left out" if by else "passes"), flush=True)
        if not sound[module]: continue
        by = tried_as(module, cell, source, made)
        tried += 1
        if not by: survivors.append(what)
        print("SURVIVES" if not by else f"caught by {by.split()[-1]}", "|", what, flush=True)
    share = 1 - len(survivors)/max(tried, 1)
    print(f"{tried - len(survivors)} of {tried} caught ({100*share:.0f} %)", *survivors, sep="\n")
    return share < .95 or not all(sound.values())

if __name__ == "__main__":
    if sys.argv[1:2] == ["--cells"]: test_cells(sys.argv[2])
    else: sys.exit(main(*sys.argv[1:]))
