"Every notebook runs from top to bottom in a process of its own; exporting and cleaning change nothing."
import os, shutil, subprocess, sys
from multiprocessing import forkserver, get_context
from unittest.mock import patch

import pytest
from book import NOTEBOOKS, ROOT

ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}  # two notebooks at a time on two cores

def nbdev(code, *args, cwd=ROOT):
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, cwd=cwd, env=ONE_THREAD, capture_output=True, text=True, timeout=900)

def run(path, said):
    "Run a notebook; what it prints goes to the file `said`."
    with open(said, "w") as f:
        for stream in (1, 2): os.dup2(f.fileno(), stream)
    from nbdev.test import nbdev_test
    nbdev_test.__wrapped__(path=path)

@pytest.fixture(scope="session")
def warm():
    "Processes that begin with the libraries loaded, and nothing of ours: half of a notebook's time is their import."
    context = get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", "torchvision", "pandas", "sklearn", "matplotlib.pyplot", "nbdev.test", "fastcore.test"])
    with patch.dict(os.environ, ONE_THREAD): forkserver.ensure_running()
    return context

@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook(path, warm, tmp_path):
    process = warm.Process(target=run, args=(path, said := tmp_path/"said"))
    process.start()
    process.join(900)
    if process.is_alive(): process.kill()
    process.join()
    assert process.exitcode == 0, said.read_text()[-4000:]

@pytest.fixture
def tree(tmp_path):
    "A copy of what nbdev reads and writes, so that the checks below leave the tree alone."
    for name in ("nbs", "sigreg_nb"):
        shutil.copytree(ROOT/name, tmp_path/name, ignore=shutil.ignore_patterns("__pycache__", "_quarto.yml"))
    shutil.copy(ROOT/"settings.ini", tmp_path)
    return tmp_path

def changed(tree, pattern):
    return [str(p.relative_to(tree)) for p in tree.glob(pattern)
            if not (ROOT/p.relative_to(tree)).exists() or p.read_bytes() != (ROOT/p.relative_to(tree)).read_bytes()]

def test_export_changes_nothing(tree):
    for path in (tree/"sigreg_nb").glob("[a-z]*.py"): path.unlink()
    done = nbdev("from nbdev.doclinks import nbdev_export; nbdev_export.__wrapped__()", cwd=tree)
    assert done.returncode == 0, done.stderr
    assert not changed(tree, "sigreg_nb/*.py"), "run nbdev_export and commit"
    missing = {p.name for p in (ROOT/"sigreg_nb").glob("*.py")} - {p.name for p in (tree/"sigreg_nb").glob("*.py")}
    assert not missing, "a module without a notebook"

def test_clean_changes_nothing(tree):
    done = nbdev("from nbdev.clean import nbdev_clean; nbdev_clean.__wrapped__()", cwd=tree)
    assert done.returncode == 0, done.stderr
    assert not changed(tree, "nbs/*.ipynb"), "run nbdev_clean and commit"
