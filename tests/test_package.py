"The package as users and tools see it."
import ast, configparser, importlib, importlib.util, inspect, json, os, re, shutil, subprocess, sys, tarfile, zipfile
from email import message_from_bytes
from graphlib import TopologicalSorter
from operator import attrgetter
import pytest, yaml
from book import NOTEBOOKS, ROOT, cells
from fold import fold
import sigreg_nb
from sigreg_nb import docs

MODULES = sorted(p.stem for p in (ROOT/"sigreg_nb").glob("[a-z]*.py"))

def python(code): return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

ABOUT_TORCHVISION = ["beyond", "cost"]  # chapters on its networks

OF_TRAIN = ["torchvision", "pandas", "matplotlib", "sklearn", "tqdm"]  # the extra `train` has them, the library does without
LIBRARY = ("attach augment checks collapse conform controls convert convnext data dynamics epps_pulley exact information kernel losses measures mlp models moments notation objective optim probes "
           "recurrence resnet slices strong symptoms taps vcreg_layer vcreg_loss vectors vit watch weak xray cli").split()

@pytest.mark.parametrize("modules, absent", [
    (MODULES, ["nbdev", "fastcore", "IPython", "timm", "seaborn"]),
    ([m for m in MODULES if m not in ABOUT_TORCHVISION], ["torchvision"]), (LIBRARY, OF_TRAIN)],
    ids=["notebook tools", "torchvision", "extras"])
def test_imports_without(modules, absent):
    blocked = f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
    done = python(blocked + "\n".join(f"import sigreg_nb.{m}" for m in modules))
    assert done.returncode == 0, done.stderr

def test_a_command_names_the_package_that_it_lacks():
    blocked = f"import sys; sys.modules.update(dict.fromkeys({OF_TRAIN}))\n"
    done = python(blocked + "from sigreg_nb.__main__ import main; sys.argv[1:] = ['list']; main()")
    assert (done.returncode, done.stderr) == (2, "sigreg: this command needs pandas: pip install 'sigreg_nb[train]'\n")

HEAVY = "torch numpy scipy pandas matplotlib sklearn torchvision einops".split()

@pytest.mark.parametrize("code", [
    "import sigreg_nb; dir(sigreg_nb)", *(f"sys.argv[1:] = {args!r}; from sigreg_nb.__main__ import main; main()" for args in (
        ["--help"], ["--version"], ["demo", "--help"], ["run", "--help"], ["bench", "losses", "--help"], ["dmeo"]))])
def test_nothing_heavy_is_imported_before_it_is_needed(code):
    done = python(f"import sys\ntry:\n    {code}\nexcept SystemExit: pass\nprint('loaded', *sorted({{*{HEAVY}}} & {{*sys.modules}}))")
    assert done.stdout.splitlines()[-1] == "loaded", done.stdout + done.stderr

def test_the_help_of_a_command_is_its_text_and_its_options():
    "Docstrings of other modules end with their parameters; a command lists its options by itself."
    done = python("""from typer.main import get_command
from sigreg_nb.cli import app
def walk(command, path):
    for name, sub in getattr(command, 'commands', {}).items(): yield from walk(sub, [*path, name])
    yield ' '.join(path), command.help or ''
print([name for name, text in walk(get_command(app), []) if '-----' in text or not text])""")
    assert done.stdout == "[]\n", done.stdout + done.stderr

ORDERS = """import sigreg_nb
import sigreg_nb.attach
import sigreg_nb.attach as a
from sigreg_nb.attach import Attached
from sigreg_nb import *
from sigreg_nb import attach as a
import sigreg_nb.taps, sigreg_nb.demo
from importlib import import_module as i; i('sigreg_nb.attach')
import pickle; pickle.loads(b'csigreg_nb.attach\\nAttached\\n.')"""

def test_attach_is_the_function_in_every_order_of_imports():
    "Python puts a submodule into its package when it has imported it, over what bore the name."
    done = python(f"""import inspect, sys
for first in {ORDERS.splitlines()!r}:
    for name in [name for name in sys.modules if name.partition('.')[0] == 'sigreg_nb']: del sys.modules[name]
    exec(first, dict())
    from sigreg_nb import attach
    import sigreg_nb.attach, sigreg_nb.attach as b
    assert inspect.isfunction(attach) and sigreg_nb.attach is attach is b is sys.modules['sigreg_nb.attach'].attach, first
print('all')""")
    assert done.stdout == "all\n", done.stderr

def test_lazy_names_are_those_that_a_type_checker_sees():
    "Written three times in `__init__.py`: for type checkers, as `__all__`, and where each name lives."
    import sigreg_nb
    block = next(node for node in ast.parse((ROOT/"sigreg_nb"/"__init__.py").read_text()).body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == sigreg_nb._HOME and sorted([*seen, "__version__"]) == dir(sigreg_nb) and sorted(seen) == sorted(sigreg_nb.__all__)
    for name, module in seen.items(): assert getattr(sigreg_nb, name) is getattr(importlib.import_module(f"sigreg_nb.{module}"), name)
    space = {}
    exec("from sigreg_nb import *", space)
    assert {*space} - {"__builtins__"} == {*seen}
    assert sigreg_nb.demo is importlib.import_module("sigreg_nb.demo")     # chapters too, a module of its own function's name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"): sigreg_nb.nothing
    with pytest.raises(ImportError, match="nothing"): exec("from sigreg_nb import nothing")

def test_help_of_the_package_is_a_page():
    import sigreg_nb
    lines = sigreg_nb.__doc__.splitlines()
    assert 8 <= len(lines) <= 14 and max(map(len, lines)) <= 120
    assert not [name for name in sigreg_nb.__all__ if name not in sigreg_nb.__doc__ and name not in (
        "Attached", "before_relu", "vcreg_total")]                        # what others return or check

@pytest.mark.parametrize("name", ["lightning", "transformers", "tensorboard", "timm", "ray"])
def test_optional_library_is_there_to_be_tested(name, needs):
    needs(importlib.util.find_spec(name), f"needs {name}: without it the chapters leave out what they test with it")

PAGES = "axes beyond bench cli cost demo inside lejepa noise plateau quality rate recipes starvation story sweeps throughput world".split()

def test_public_names_are_the_listed_ones():
    "A new name needs a line here and in the changelog; one that goes first warns (CONTRIBUTING)."
    listed = dict(line.split(": ") for line in (ROOT/"tests"/"public_api.txt").read_text().splitlines())
    assert list(listed) == ["sigreg_nb", *(m for m in MODULES if m not in PAGES)]
    for name, names in listed.items():
        module = importlib.import_module("sigreg_nb" if name == "sigreg_nb" else f"sigreg_nb.{name}")
        assert names.split() == sorted(module.__all__) and all(hasattr(module, n) for n in module.__all__), name

def test_types_of_the_public_interface_and_no_name_that_only_a_notebook_has():
    "One run of the type checker for both: most of it is reading torch."
    done = subprocess.run([sys.executable, "-m", "mypy", "tests/typed_use.py", "sigreg_nb"], cwd=ROOT, capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert said and "checked" in said[-1], done.stdout + done.stderr
    assert not [line for line in said if line.startswith("tests/") or "[name-defined]" in line], done.stdout

def test_wheel_and_sdist_are_complete(tmp_path):
    "Built from what git has, installed beside nothing of the checkout, run from elsewhere."
    source, dist, site = tmp_path/"source", tmp_path/"dist", tmp_path/"site"
    for folder in source, dist: folder.mkdir()
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        (source/name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT/name).is_file(): shutil.copy(ROOT/name, source/name)
    def build(kind, folder):
        code = f"from setuptools import build_meta as b; b.build_{kind}({str(dist)!r})"
        subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True)
    build("sdist", source)
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive: archive.extractall(tmp_path/"unpacked", filter="data")
    build("wheel", next((tmp_path/"unpacked").iterdir()))
    wheel = next(dist.glob("*.whl"))
    inside = zipfile.ZipFile(wheel).namelist()
    for name in "py.typed", "cli.py", "widgets/story.css": assert f"sigreg_nb/{name}" in inside, name
    assert not [n for n in inside if not n.startswith("sigreg_nb") or n.endswith(".ipynb")]
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *dist.iterdir()], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("PASSED") == 2, done.stdout + done.stderr
    about = message_from_bytes(zipfile.ZipFile(wheel).read(next(n for n in inside if n.endswith("METADATA"))))
    assert not re.findall(r"\]\((?!https?:|#)", about.get_payload()), "a link of README.md that leads nowhere on PyPI"
    heavy = {*HEAVY, "torchvision", "seaborn", "scikit-learn", "tqdm"} - {"torch", "numpy", "scipy", "einops"}
    assert not [line for line in about.get_all("Requires-Dist") if "extra" not in line and line.split(">")[0] in heavy]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, wheel], check=True)
    env = {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    code = "import sigreg_nb, sigreg_nb.cli as c; print(sigreg_nb.__file__); c.main('demo --regime clean --reg weak --seeds 1 --epochs 1'.split())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0 and str(site) in done.stdout and "clean" in done.stdout, done.stderr

def test_chapters_import_names_from_their_present_place():
    for path in NOTEBOOKS:
        for source, _ in cells(path, "code"):
            for module, names in re.findall(r"^ *from sigreg_nb\.(\w+) import \(?([^)]+?)(?:\)|$)", source, re.M):
                former = set(re.findall(r"\w+", names)) & set(sigreg_nb._MOVED.get(module, ()))
                assert not former, f"{path.stem}: {former} of {module}"

def test_version_is_one():
    settings = configparser.ConfigParser(delimiters=["="]); settings.read(ROOT/"settings.ini")
    version = settings["DEFAULT"]["version"]
    assert python("import sigreg_nb; print(sigreg_nb.__version__)").stdout.strip() == version
    assert re.search(rf"^version: {version}$", (ROOT/"CITATION.cff").read_text(), re.M)
    assert f"## {version}" in (ROOT/"CHANGELOG.md").read_text()

def test_readme_is_in_step():
    done = subprocess.run([sys.executable, "tools/readme.py", "--check"], cwd=ROOT)
    assert done.returncode == 0, "run python3 tools/readme.py"

def test_pages_and_reference_preprocess_without_quarto(needs):
    needs((ROOT/"node_modules"/"katex").exists(), "needs npm (KaTeX)")
    done = subprocess.run([sys.executable, "tools/site.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    pages = yaml.safe_load((ROOT/"_proc"/"_quarto.yml").read_text())["book"]["chapters"]
    flat = [c for item in pages for c in (item["chapters"] if isinstance(item, dict) else [item])]
    assert not [c for c in flat if not (ROOT/"_proc"/c).exists()]
    for name in "katex/katex.min.js", "site.html", "card.png": assert (ROOT/"_proc"/name).exists(), name
    for path in (ROOT/"sigreg_nb").glob("[a-z]*.py"):
        text = (ROOT/"_proc"/f"api-{path.stem}.qmd").read_text()
        names = importlib.import_module(f"sigreg_nb.{path.stem}").__all__
        assert not [n for n in names if f"## {n}" not in text], path.stem
        assert "LNone" not in text and " at 0x" not in text
    said = {yaml.safe_load("".join(head["source"]).strip().strip("-"))["output-file"]
            for path in (ROOT/"_proc").glob("*.ipynb") if (head := json.loads(path.read_text())["cells"][0])["cell_type"] == "raw"}
    for old, chapter in json.loads((ROOT/"tools"/"moved.json").read_text()).items():
        head = "".join(json.loads((ROOT/"_proc"/chapter).read_text())["cells"][0]["source"])
        assert old in yaml.safe_load(head.strip().strip("-"))["aliases"] and old not in said   # an old address leads somewhere
    linked = [re.findall(rf"{docs.BOOK}/(\S+\.html)", inspect.getdoc(getattr(sigreg_nb, name)) or "") for name in sigreg_nb.__all__]
    assert not {page for pages in linked for page in pages} - said     # help() links to pages of the site

def test_the_command_runs_as_a_module_under_torchrun(tmp_path):
    args = ["-m", "sigreg_nb", "run", "M3", "--smoke", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *args], cwd=ROOT,
                          capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0 and len(list(tmp_path.glob("*.json"))) == 1, done.stderr[-2000:]

def test_release_publishes_what_was_tested():
    "Trusted publishing: no password anywhere, the tag is the version, and only the job that publishes may ask for a token."
    flow = yaml.safe_load((ROOT/".github"/"workflows"/"release.yaml").read_text())
    build, publish = flow["jobs"]["build"], flow["jobs"]["publish"]
    assert flow[True] == {"release": {"types": ["published"]}} and flow["permissions"] == {"contents": "read"}
    words = "\n".join(step.get("run", "") for step in build["steps"])
    assert "tools/version.py" in words and "twine check" in words and ".ci/run" in words
    assert publish["needs"] == "build" and publish["permissions"] == {"id-token": "write"} and "pypi" in str(publish["environment"])
    assert publish["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@") and "with" not in publish["steps"][-1]

def test_tag_must_be_the_version():
    version = configparser.ConfigParser(delimiters=["="]); version.read(ROOT/"settings.ini")
    version = version["DEFAULT"]["version"]
    for tag, status in (f"v{version}", 0), (version, 0), ("v99.0", 1), ("", 1):
        done = subprocess.run([sys.executable, "tools/version.py", tag], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == status and (status == 0 or version in done.stderr), tag

def test_notebooks_are_folded():
    "Cells that are not for reading: python3 tools/fold.py."
    done = subprocess.run([sys.executable, "tools/fold.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

def test_folding_is_what_cleaning_keeps():
    from nbdev.clean import _nbdev_clean
    for path in NOTEBOOKS[:3]:
        once = fold(path.read_text(encoding="utf-8"))
        nb = json.loads(once)
        _nbdev_clean(nb)
        assert "source_hidden" in once and fold(once) == once == json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

def test_a_name_that_moved_is_found_where_it_was_with_a_warning():
    "Also where the old module uses the name itself; its own use, and a name that stayed, warn nobody."
    import sigreg_nb
    for module, names in sigreg_nb._MOVED.items():
        old = importlib.import_module(f"sigreg_nb.{module}")
        for name, (home, new) in names.items():
            said = f"{name} is sigreg_nb.{home}.{new} now; sigreg_nb.{module} has it until 0.3"
            with pytest.warns(DeprecationWarning, match=re.escape(said)) as seen:
                exec(f"from sigreg_nb.{module} import {name}", space := {})
            assert len(seen) == 1 and seen[0].filename == "<string>", name
            assert space[name] is attrgetter(new)(importlib.import_module(f"sigreg_nb.{home}"))
            assert name not in old.__all__
    done = python("import warnings; warnings.simplefilter('error')\nimport torch\nfrom sigreg_nb.weak import weak_sigreg, WeakSIGReg\n"
                  "weak_sigreg(torch.randn(8, 4)); WeakSIGReg()(torch.randn(8, 4))")
    assert done.returncode == 0, done.stderr

REGISTRIES = """from sigreg_nb import models, measures, objective, optim, taps
def seen():
    return {'losses': objective.LOSSES.names, 'modules': [*objective.LOSSES.modules], 'models': [*models.MODELS],
            'measures': [*measures.MEASURES], 'pools': [*taps.POOLS], 'optimizers': [*optim.OPTIMIZERS]}
before = seen()
"""

def test_importing_a_module_changes_no_registry():
    "What a run may name does not depend on what was imported."
    done = python(REGISTRIES + "from sigreg_nb.train import Run, check_run\n"
                  "for reg in 'variance', 'decov', 'barlow': check_run(Run(reg=reg, model='vit_control', measure=('subclass', 'shots')))\n"
                  + "\n".join(f"import sigreg_nb.{m}" for m in MODULES) + "\nassert seen() == before, (before, seen())")
    assert done.returncode == 0, done.stderr

def test_imports_run_one_way():
    "Chapters stand where a reader looks for them; what their modules import at the top forms no circle."
    needs = {}
    for module in MODULES:
        nodes = [n for n in ast.parse((ROOT/"sigreg_nb"/f"{module}.py").read_text()).body if isinstance(n, ast.ImportFrom) and n.level == 1]
        needs[module] = {name for n in nodes for name in ([n.module] if n.module else [alias.name for alias in n.names])}
    assert set(MODULES) <= set(TopologicalSorter(needs).static_order())   # CycleError names a circle
