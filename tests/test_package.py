"The package as users and tools see it."
import configparser, importlib, importlib.util, os, re, shutil, subprocess, sys, tarfile, zipfile
import pytest, yaml
from book import ROOT

MODULES = sorted(p.stem for p in (ROOT/"sigreg_nb").glob("[a-z]*.py"))

def python(code): return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

ABOUT_TORCHVISION = ["beyond", "cost"]  # chapters on its networks

@pytest.mark.parametrize("modules, absent", [
    (MODULES, ["nbdev", "fastcore", "IPython", "timm"]),
    ([m for m in MODULES if m not in ABOUT_TORCHVISION], ["torchvision"])], ids=["notebook tools", "torchvision"])
def test_imports_without(modules, absent):
    blocked = f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
    done = python(blocked + "\n".join(f"import sigreg_nb.{m}" for m in modules))
    assert done.returncode == 0, done.stderr

@pytest.mark.parametrize("name", ["lightning", "transformers", "tensorboard", "timm", "ray"])
def test_optional_library_is_there_to_be_tested(name, needs):
    needs(importlib.util.find_spec(name), f"needs {name}: without it the chapters leave out what they test with it")

PAGES = "beyond bench cli cost demo inside lejepa noise plateau starvation story throughput".split()

def test_public_names_are_the_listed_ones():
    "A new name needs a line here and in the changelog; one that goes first warns (CONTRIBUTING)."
    listed = dict(line.split(": ") for line in (ROOT/"tests"/"public_api.txt").read_text().splitlines())
    assert list(listed) == ["sigreg_nb", *(m for m in MODULES if m not in PAGES)]
    for name, names in listed.items():
        module = importlib.import_module("sigreg_nb" if name == "sigreg_nb" else f"sigreg_nb.{name}")
        assert names.split() == sorted(module.__all__) and all(hasattr(module, n) for n in module.__all__), name

def test_types_of_the_public_interface():
    done = subprocess.run([sys.executable, "-m", "mypy", "tests/typed_use.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout

def test_no_module_uses_a_name_that_only_its_notebook_has():
    done = subprocess.run([sys.executable, "-m", "mypy", "sigreg_nb"], cwd=ROOT, capture_output=True, text=True)
    assert "checked" in done.stdout, done.stdout + done.stderr
    assert not [line for line in done.stdout.splitlines() if "[name-defined]" in line], done.stdout

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
    assert not [n for n in inside if n.startswith(("nbs/", "tests/", "results/"))]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, wheel], check=True)
    env = {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    code = "import sigreg_nb, sigreg_nb.cli as c; print(sigreg_nb.__file__); c.main('demo --regime clean --reg weak --seeds 1 --epochs 1'.split())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0 and str(site) in done.stdout and "clean" in done.stdout, done.stderr

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
    for name in "katex/katex.min.js", "sortable.html", "card.png": assert (ROOT/"_proc"/name).exists(), name
    for path in (ROOT/"sigreg_nb").glob("[a-z]*.py"):
        text = (ROOT/"_proc"/f"api-{path.stem}.qmd").read_text()
        names = importlib.import_module(f"sigreg_nb.{path.stem}").__all__
        assert not [n for n in names if f"## {n}" not in text], path.stem
        assert "LNone" not in text and " at 0x" not in text

def test_the_command_runs_as_a_module_under_torchrun(tmp_path):
    args = ["-m", "sigreg_nb", "run", "M3", "--smoke", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *args], cwd=ROOT,
                          capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0 and len(list(tmp_path.glob("*.json"))) == 1, done.stderr[-2000:]

def test_an_unknown_job_is_explained():
    done = subprocess.run([sys.executable, "run.py", "nonsense"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "python3 run.py demo" in done.stderr
