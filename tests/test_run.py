"run.py as a newcomer meets it: what it installs and from where, and that Ctrl-C leaves one line and no process."
import functools, http.server, importlib.util, json, os, re, shutil, signal, socket, subprocess, sys, threading, time, zipfile
from urllib.error import URLError
from urllib.request import urlopen
import pytest
from book import ROOT

sys.path.insert(0, str(ROOT))
import run

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CLOSED = "http://127.0.0.1:9"  # nobody listens there

def start(command, **options):
    "A process that hears Ctrl-C, which a shell switches off for what it starts in the background."
    hear = (lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) if os.name == "posix" else None
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, preexec_fn=hear, **{"cwd": ROOT, "stderr": subprocess.PIPE, **options})

def said(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err

def state(pid):
    "Letter of a process; Z where there is none, as of one that nobody has waited for."
    try: return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError): return "Z"

def gone(pids, seconds=5):
    end = time.time() + seconds
    while any(state(pid) != "Z" for pid in pids) and time.time() < end: time.sleep(.02)
    return all(state(pid) == "Z" for pid in pids)


# --- words ---

@pytest.mark.parametrize("args, status, text", [
    (["dmeo"], 1, "did you mean python3 run.py demo?"), (["zzz"], 1, "jobs: demo, lab, test, site, setup"),
    ([], 0, "run.py lab"), (["--help"], 0, "--here"), (["demo", "--help"], 0, "--epochs"), (["test", "-h"], 0, "pytest")])
def test_help_and_unknown_jobs_install_nothing(args, status, text):
    done = subprocess.run([sys.executable, "-S", "run.py", *args], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == status and text in done.stdout + done.stderr and "installing" not in done.stdout
    assert status == 0 or done.stderr.count("\n") == 1

def test_the_site_without_quarto_says_where_to_get_it():
    done = subprocess.run([sys.executable, "-S", "run.py", "site"], cwd=ROOT, capture_output=True, text=True, env={"PATH": ""})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "needs Quarto on the PATH, from https://quarto.org/" in done.stderr

def test_the_site_is_rendered_step_by_step_and_stops_at_what_fails(monkeypatch):
    for failing, steps in (None, 3), ("quarto", 2):
        calls = []
        monkeypatch.setattr(run, "call", lambda command, *args, **options: calls.append(command) or int(failing in command))
        monkeypatch.setattr(run, "node_modules", lambda: None)
        assert run.site("python", "--no-serve") == int(bool(failing)) and len(calls) == steps
    assert calls[0][1:] == ["tools/site.py"] and calls[1] == ["quarto", "render", "_proc"]

def test_help_of_the_demo_is_that_of_the_command():
    from typer.main import get_command
    from sigreg_nb.cli import app
    command = get_command(app).commands["demo"]
    done = subprocess.run([sys.executable, "run.py", "demo", "--help"], cwd=ROOT, capture_output=True, text=True)
    for option in command.params: assert option.opts[0] in done.stdout and option.help in done.stdout


# --- processes ---

TREE = """
import signal, subprocess, sys, time
kind = sys.argv[1]
if kind == "deaf": signal.signal(signal.SIGINT, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
inner = subprocess.Popen([sys.executable, "-S", "-c", deaf], stdout=subprocess.PIPE)
inner.stdout.readline()
import os; print(os.getpid(), inner.pid, flush=True)
try: time.sleep(60)
except KeyboardInterrupt:
    if kind == "polite": print("sigreg: interrupted", file=sys.stderr); sys.exit(130)
    raise SystemExit(0)
"""

@linux
@pytest.mark.parametrize("to", ["group", "parent"])
@pytest.mark.parametrize("kind, line", [("polite", "sigreg: interrupted\n"), ("quiet", "run.py: interrupted\n"), ("deaf", "run.py: interrupted\n")])
def test_interrupt_leaves_one_line_and_no_process(kind, line, to, tmp_path):
    "A command with a process of its own that ignores Ctrl-C; the signal as a terminal sends it, and to run.py alone."
    (tmp_path/"tree.py").write_text(TREE)
    code = f"import run, sys; run.GRACE = .5; sys.exit(run.call([sys.executable, '-S', {str(tmp_path/'tree.py')!r}, {kind!r}]))"
    parent = start([sys.executable, "-c", code], start_new_session=True)
    pids = list(map(int, parent.stdout.readline().split()))
    os.killpg(parent.pid, signal.SIGINT) if to == "group" else parent.send_signal(signal.SIGINT)
    _, err = parent.communicate(timeout=20)                  # not before all that hold its pipes have ended
    assert (parent.returncode, err) == (130, line) and gone(pids)

@linux
def test_termination_reaches_the_command_too(tmp_path):
    (tmp_path/"tree.py").write_text(TREE)
    code = f"import run, sys; sys.exit(run.call([sys.executable, '-S', {str(tmp_path/'tree.py')!r}, 'quiet']))"
    parent = start([sys.executable, "-c", code])
    pids = list(map(int, parent.stdout.readline().split()))
    parent.terminate()
    assert parent.wait(10) == 128 + signal.SIGTERM and gone(pids)

@linux
def test_ctrl_z_stops_the_command_and_fg_goes_on(tmp_path):
    (tmp_path/"tree.py").write_text(TREE)
    code = f"import run, sys; sys.exit(run.call([sys.executable, '-S', {str(tmp_path/'tree.py')!r}, 'quiet']))"
    parent = start([sys.executable, "-c", code])
    pids = [parent.pid, *map(int, parent.stdout.readline().split())]
    for number, stopped in (signal.SIGTSTP, True), (signal.SIGCONT, False):
        parent.send_signal(number)
        for _ in range(250):
            if all((state(pid) == "T") == stopped for pid in pids): break
            time.sleep(.02)
        else: raise AssertionError([state(pid) for pid in pids])
    parent.terminate()
    assert parent.wait(10) == 128 + signal.SIGTERM and gone(pids)

@linux
@pytest.mark.parametrize("module", ["subprocess", "difflib"])
def test_interrupt_during_the_imports_of_run_is_one_line(module, interrupted_at):
    status, _, err = said(start([sys.executable, "run.py"], env=interrupted_at(module)))
    assert (status, err) == (130, "run.py: interrupted\n")

@linux
@pytest.mark.parametrize("module", ["typer", "torch", "torch.nn", "pandas"])
def test_interrupt_during_the_imports_of_the_command_is_one_line(module, interrupted_at):
    status, _, err = said(start([sys.executable, "-m", "sigreg_nb", "list"], env=interrupted_at(module)))
    assert (status, err) == (130, "sigreg: interrupted\n")

@pytest.fixture
def interrupted_at(tmp_path):
    "An environment in which the import of a module is met by Ctrl-C."
    def made(module):
        (tmp_path/"sitecustomize.py").write_text(
            "import os, signal, sys\nclass Finder:\n    @staticmethod\n    def find_spec(name, *_):\n"
            f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\nsys.meta_path.insert(0, Finder)\n")
        return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]), "OMP_NUM_THREADS": "1"}
    return made


# --- packages, from an index on loopback ---

BACKEND = '''
import zipfile
import run
def build_editable(folder, settings=None, metadata=None):
    name = "sigreg_nb-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("sigreg_nb_here.pth", str(run.HERE))
        needs = [f"Requires-Dist: {r}" for r in run.requirements("train")]
        lines = ["Metadata-Version: 2.1", "Name: sigreg_nb", "Version: 0.1.0", "Provides-Extra: train", *needs]
        wheel.writestr("sigreg_nb-0.1.0.dist-info/METADATA", "\\n".join(lines) + "\\n")
        wheel.writestr("sigreg_nb-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("sigreg_nb-0.1.0.dist-info/RECORD", "")
    return name
'''
DEMO = '''
import sys
from importlib.metadata import version
print("demo", *sys.argv[2:], *(f"{name} {version(name)}" for name in ("torch", "torchvision", "numpy")))
'''

def add_wheel(index, name, version, needs=()):
    "An empty package on an index of plain folders."
    stem, folder = f"{name.replace('-', '_')}-{version}", index/name
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder/f"{stem}-py3-none-any.whl", "w") as wheel:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {n}" for n in needs)]
        wheel.writestr(f"{stem}.dist-info/METADATA", "\n".join(lines) + "\n")
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    links = (f'<a href="{path.name.replace("+", "%2B")}">{path.name}</a>' for path in sorted(folder.glob("*.whl")))
    (folder/"index.html").write_text("<!DOCTYPE html><html><body>" + "".join(links) + "</body></html>")

class Index(http.server.SimpleHTTPRequestHandler):
    asked, slow = [], threading.Event()
    def do_GET(self):
        self.asked.append(self.path)
        if "tqdm-" not in self.path or not self.slow.is_set(): return super().do_GET()
        while self.slow.is_set(): time.sleep(.05)
    def log_message(self, *args): pass

@pytest.fixture
def newcomer(tmp_path):
    "A checkout whose package is a stand-in, and an index on loopback with stand-ins for all it needs, PyTorch in two builds."
    here, index = tmp_path/"checkout", tmp_path/"index"
    (here/"sigreg_nb").mkdir(parents=True)
    for name in "run.py", "settings.ini": shutil.copy(ROOT/name, here/name)
    (here/"setup.py").touch(); (here/"sigreg_nb"/"__init__.py").touch()
    (here/"sigreg_nb"/"__main__.py").write_text(DEMO)
    (here/"backend.py").write_text(BACKEND)
    (here/"pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n')
    for name in "numpy scipy einops typer pandas matplotlib scikit-learn tqdm".split(): add_wheel(index/"pypi", name, "90.1")
    for where, build in ("cpu", "+cpu"), ("pypi", ""):
        add_wheel(index/where, "torch", f"90.0{build}")
        add_wheel(index/where, "torchvision", f"90.0{build}", ["torch==90.0"])
    (index/"empty"/"torch").mkdir(parents=True); (index/"empty"/"torch"/"index.html").write_text("<!DOCTYPE html><html></html>")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Index, directory=str(index)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[.02], daemon=True).start()
    yield here, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()

def job(here, url, *args, torch="cpu", pypi=None, python=sys.executable):
    "run.py in that checkout, which sees no GPU."
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    env |= dict(PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=pypi or f"{url}/pypi", PIP_RETRIES="1", PIP_NO_CACHE_DIR="1",
                SIGREG_TORCH_INDEX=torch if torch.startswith("http") else f"{url}/{torch}")
    code = "import sys, run; run.gpu = lambda: False; sys.exit(run.main(*sys.argv[1:]))"
    return start([str(python), "-c", code, *args], cwd=here, env=env)

def site_packages(here): return next((here/".venv").glob("lib/python*/site-packages"))

def forget(here, *names):
    "As if these packages and the stamp had never been there."
    for stamp in (here/".venv").glob(".installed-*"): stamp.unlink()
    for name in names: shutil.rmtree(next(site_packages(here).glob(f"{name}-*.dist-info")))

@linux
def test_set_up_is_resumed_takes_the_cpu_build_and_spares_the_active_environment(newcomer):
    here, url = newcomer
    status, out, err = said(job(here, url, "demo", pypi=CLOSED, torch=CLOSED))                 # no network
    assert status == 1 and err.count("\n") == 1 and "is there a network?" in err and "does not answer" in out
    Index.slow.set()                                                                          # Ctrl-C in the middle
    parent = job(here, url, "demo")
    while not any("tqdm-" in path for path in Index.asked): time.sleep(.05); assert parent.poll() is None
    parent.send_signal(signal.SIGINT)
    status, out, err = said(parent)
    assert (status, err) == (130, "run.py: interrupted\n") and "about 0.3 GB to download" in out
    Index.slow.clear()
    status, out, err = said(job(here, url, "demo", "--epochs", "2"))                           # and on
    assert status == 0 and out.endswith("demo --epochs 2 torch 90.0+cpu torchvision 90.0+cpu numpy 90.1\n"), out + err
    asked = len(Index.asked)
    status, out, err = said(job(here, url, "demo"))
    assert status == 0 and out.startswith("demo torch") and len(Index.asked) == asked         # the second time nothing is asked
    forget(here, "torchvision")                                                               # cut between torch and torchvision
    status, out, err = said(job(here, url, "demo", torch="empty/cpu"))
    assert status == 1 and "has no torchvision for it" in err and err.count("\n") == 1, err   # pip's own would not load
    forget(here, "torch")                                                                     # no CPU wheel that fits
    status, out, err = said(job(here, url, "demo", torch="empty"))
    assert status == 0 and "torch 90.0 torchvision 90.0 " in out and "now PyTorch from pip's index" in out, out + err

    python = here/".venv"/"bin"/"python"                                                      # --here
    for name in "numpy", "tqdm", "scipy": add_wheel(here.parent/"index"/"pypi", name, "90.2")
    add_wheel(here.parent/"index"/"pypi", "scipy", "90.3", ["numpy>=90.2"])                   # the newest would upgrade numpy
    forget(here, "tqdm", "scipy", "torchvision")
    status, out, err = said(job(here, url, "demo", "--here", python=python))
    assert status == 0 and "numpy 90.1" in out, out + err
    for name in "tqdm-90.2", "scipy-90.2", "torch-90.0", "torchvision-90.0": assert (site_packages(here)/f"{name}.dist-info").exists(), name
    forget(here, "torch")
    old = site_packages(here)/"torch-1.0.dist-info"
    old.mkdir(); (old/"METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 1.0\n")
    status, out, err = said(job(here, url, "demo", "--here", python=python))
    assert status == 1 and err.count("\n") == 1 and "torch 1.0 is installed here and torch>=" in err and old.exists()

@pytest.mark.parametrize("platform, gpu, index, taken, words", [
    ("linux", False, "cpu", True, ["no NVIDIA GPU", "/cpu"]), ("linux", False, None, False, ["does not answer"]),
    ("linux", False, "nothing", False, ["does not answer"]), ("linux", True, "cpu", False, ["an NVIDIA GPU is here", "CUDA"]),
    ("darwin", False, "cpu", False, ["pip's index"]), ("win32", False, "cpu", False, ["pip's index"])])
def test_where_torch_comes_from(newcomer, platform, gpu, index, taken, words, monkeypatch):
    address = f"{newcomer[1]}/{index}" if index else CLOSED
    for name, value in dict(gpu=lambda: gpu, TORCH_INDEX=address).items(): monkeypatch.setattr(run, name, value)
    monkeypatch.setattr(sys, "platform", platform)
    got, word, build = run.torch_index()
    assert got == (address if taken else None) and all(part in word for part in words)
    assert build == (run.CPU if taken or platform != "linux" else run.CUDA)

def test_an_address_that_takes_the_call_and_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.time()
        assert not run.answers(f"http://127.0.0.1:{silent.getsockname()[1]}", .3) and time.time() - began < 2


# --- JupyterLab ---

def asked(address):
    "What a server says that may still be starting."
    for _ in range(300):
        try: return json.load(urlopen(address, timeout=60))
        except URLError: time.sleep(.1)
    raise TimeoutError(address)

@linux
def test_lab_opens_the_trusted_story_and_ends_at_ctrl_c(needs, tmp_path):
    needs(importlib.util.find_spec("jupyterlab"), "needs jupyterlab")
    env = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    args = ["--here", "--no-browser", "--ServerApp.port=0", "--IdentityProvider.token=word"]
    server = start([sys.executable, "run.py", "lab", *args], env=env, start_new_session=True, stderr=subprocess.STDOUT)
    watch = threading.Timer(120, server.terminate)
    watch.start()
    try:
        address = next(m[1] for line in server.stdout if (m := re.search(r"(http://127\S+)/lab/tree/nbs/00_story.ipynb", line)))
        pids = [int(pid) for pid in open(f"/proc/{server.pid}/task/{server.pid}/children").read().split()]
        story = asked(f"{address}/api/contents/nbs/00_story.ipynb?token=word")
        assert all(c["metadata"]["trusted"] for c in story["content"]["cells"] if c["cell_type"] == "code")
        server.send_signal(signal.SIGINT)
        assert server.wait(15) == 130 and server.stdout.read().endswith("run.py: interrupted\n") and gone(pids)
    finally:
        watch.cancel()
        if server.poll() is None: server.terminate(); server.wait(20)
