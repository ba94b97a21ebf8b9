#!/usr/bin/env python3
"""Set sigreg_nb up in .venv beside this file and run it; needs Python >= 3.11 and git, nothing else.

  python3 run.py demo [OPTIONS]   train on handwritten digits and show what each regularizer does
  python3 run.py lab [OPTIONS]    open the book in JupyterLab, at the story (options go to JupyterLab)
  python3 run.py test [OPTIONS]   run every notebook and every check of the book (options go to pytest)
  python3 run.py site [OPTIONS]   render the book as a site with Quarto and serve it (--no-serve: only render)
  python3 run.py setup            only set up, for all of them

  --here       use the active environment instead: install what it lacks, change nothing that is there
  demo --help  the options of the demo

Where there is no NVIDIA GPU, PyTorch comes as its CPU build (SIGREG_TORCH_INDEX: where from).
"""
import os, signal, sys

def leave(number, frame=None):
    "One line for a signal."
    os.write(2, b"run.py: interrupted\n")
    os._exit(128 + number)

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SIGNALS = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # nohup has closed an ear
if __name__ == "__main__":
    for number in SIGNALS: signal.signal(number, leave)

import ast, hashlib, re, shutil, subprocess, sysconfig, tempfile, threading
from configparser import ConfigParser
from difflib import get_close_matches
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENV = HERE/".venv"
STORY = "nbs/00_story.ipynb"
POSIX = os.name == "posix"
TORCH_INDEX = os.environ.get("SIGREG_TORCH_INDEX", "https://download.pytorch.org/whl/cpu")
EXTRAS = {"demo": "train", "lab": "lab", "test": "dev", "site": "dev", "setup": "dev"}  # of settings.ini; each includes those before it
CPU, CUDA = (.2, .75), (2.6, 5.3)                                # PyTorch, GB to download and on disk
REST = {"train": (.1, .65), "lab": (.15, .8), "dev": (.35, 1.6)} # and what else an extra brings
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
GRACE = 10  # seconds that a process has to end after a signal


# --- processes ---

def call(command, each_line=None, **options):
    """Exit status of a command in a process group of its own.

    A signal that reaches us goes to the whole group, once, wherever it came from; who has not ended after GRACE
    seconds, or at a second signal, is killed. Then we leave with one line.
    """
    got, child = [], None
    def kill(number):
        try: os.killpg(child.pid, number) if POSIX else child.kill()
        except (ProcessLookupError, PermissionError): pass
    timer = threading.Timer(GRACE, kill, [KILL])
    def pass_on():
        if len(got) > 1: return kill(KILL)
        if timer.is_alive(): return
        timer.start()
        if POSIX: kill(got[0])             # Windows sends Ctrl-C to every process of the console
    def forward(number, frame=None):
        got.append(number)
        if child: pass_on()
    def pause(number, frame=None):         # Ctrl-Z, and later fg
        for stop in (signal.SIGSTOP, signal.SIGCONT):
            if child: kill(stop)
            if stop == signal.SIGSTOP: os.kill(os.getpid(), stop)
    handlers = {number: forward for number in SIGNALS} | ({signal.SIGTSTP: pause} if POSIX else {})
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    if POSIX: options["process_group"] = 0
    if each_line: options.update(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, **options)
    if got: pass_on()                      # it came while the process was made
    for line in child.stdout or (): each_line(line)
    status = child.wait()
    timer.cancel()
    for number, handler in before.items(): signal.signal(number, handler)
    if not got: return status
    kill(KILL)                             # who outlived the first of the group
    if status != 130: leave(got[0])        # else the command has said it
    sys.exit(status)

def unread(line): "What a command says, for `call`."


# --- what is there, and what to fetch ---

def requirements(extra):
    "Those of settings.ini for one of its extras."
    config = ConfigParser(delimiters=["="])
    config.read(HERE/"settings.ini", encoding="utf-8")
    cfg, found = config["DEFAULT"], []
    for text in f"{cfg['requirements']} {cfg[extra + '_requirements']}".split():
        inner = re.fullmatch(rf"{cfg['lib_name']}\[(\w+)\]", text)
        found += requirements(inner[1]) if inner else [text]
    return list(dict.fromkeys(found))

def parts(requirement):
    "'torch>=2.6,<3' as name, lowest and first forbidden version."
    return re.fullmatch(r"([\w-]+)(?:\[\w+\])?(?:>=([\d.]+))?,?(?:<([\d.]+))?", requirement).groups()

def installed(folders):
    "Name to version of what lies in these folders."
    from importlib.metadata import distributions
    return {re.sub(r"[-_.]+", "-", d.name).lower(): d.version for d in distributions(path=[str(f) for f in folders])}

def release(version):
    "'2.14.1+cpu' as (2, 14, 1)."
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])

def gpu():
    "Is there an NVIDIA GPU that its driver knows?"
    if any(Path("/proc/driver/nvidia/gpus").glob("*")): return True
    try: return "GPU" in subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError): return False

def answers(index, seconds=3):
    "Does a package index have a page for torch? Never takes longer, whatever names and routes do."
    from urllib.request import urlopen
    found = []
    def ask():
        try: found.append(urlopen(f"{index}/torch/", timeout=seconds).status == 200)
        except (OSError, ValueError): pass
    thread = threading.Thread(target=ask, daemon=True)
    thread.start(); thread.join(seconds)
    return found == [True]

def gigabytes(build, extra):
    "What is to come, in words."
    fetched, kept = (a + b for a, b in zip(build, REST[extra]))
    return f"about {fetched:.1f} GB to download, {kept:.1f} GB on disk"

def torch_index(there=None):
    """Address for PyTorch and torchvision, None for pip's own; a word on it; GB of what comes.

    torchvision loads only with a torch of its own build, so it follows one that is there. Elsewhere than on Linux pip's
    index has no other build.
    """
    if there:
        _, _, build = there.partition("+")
        return f"{TORCH_INDEX.rpartition('/')[0]}/{build}" if build else None, f"PyTorch {there} is there", (0, 0)
    if not sys.platform.startswith("linux"): return None, "PyTorch from pip's index", CPU
    if gpu(): return None, "an NVIDIA GPU is here: PyTorch with CUDA, from pip's index", CUDA
    if answers(TORCH_INDEX): return TORCH_INDEX, f"no NVIDIA GPU here: PyTorch for the CPU, from {TORCH_INDEX}", CPU
    return None, f"PyTorch from pip's index, {TORCH_INDEX} does not answer", CUDA

def lacking(extra, there):
    "Requirements that are not there: PyTorch and torchvision, and the others."
    missing = [text for text in requirements(extra) if parts(text)[0].replace("_", "-").lower() not in there]
    torch = [text for text in missing if parts(text)[0] in ("torch", "torchvision")]
    return torch, [text for text in missing if text not in torch]

def pip(python, *args):
    "None, or one line on why pip failed. In a terminal one line moves along with it."
    lines, terminal = [], sys.stdout.isatty()
    def each_line(line):
        lines.append(line)
        if os.environ.get("SIGREG_DEBUG"): print(line, end="", flush=True)
        elif terminal and line.split()[:1] in (["Collecting"], ["Downloading"], ["Installing"]):
            print(f"\r\033[K{line.strip()[:76]}", end="", flush=True)
    status = call([python, "-m", "pip", "install", "--no-input", "--no-compile", "--disable-pip-version-check", *args], each_line)
    if terminal: print("\r\033[K", end="", flush=True)
    if status == 0: return None
    if re.search("NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError|is unreachable", "".join(lines)):
        return "pip cannot reach its index, is there a network?"
    errors = [line for line in lines if line.lower().startswith("error:")]
    return (errors or lines or ["pip failed"])[-1].strip()

def fail(why): sys.exit(f"run.py: set-up stopped: {why} (SIGREG_DEBUG=1 shows all; a new call goes on from here)")


# --- environments ---

def stamp(extra): return ENV/f".installed-{extra}"

def digest(): return hashlib.sha256(b"".join((HERE/n).read_bytes() for n in ("settings.ini", "setup.py"))).hexdigest()

def ready(extra):
    "Has this extra been installed with today's settings, or one that includes it?"
    order = list(dict.fromkeys(EXTRAS.values()))
    stamps = [stamp(name) for name in order[order.index(extra):]]
    return any(s.exists() and s.read_text() == digest() for s in stamps)

def own(extra):
    "Python of .venv with this extra. What an earlier call left half done is completed."
    python = ENV/("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if ready(extra) and python.exists(): return python
    packages = [sysconfig.get_path("purelib", "venv", {"base": str(ENV)})]
    if not python.exists() or "pip" not in installed(packages):
        import venv
        print(f"creating {ENV.name}", flush=True)
        venv.create(ENV, symlinks=POSIX)
        if call([python, "-m", "ensurepip", "--upgrade", "--default-pip"], unread):
            fail("this Python brings no pip into a new environment (Debian, Ubuntu: apt install python3-venv)")
    there = installed(packages)
    index, word, build = torch_index(there.get("torch"))
    print(f"installing sigreg_nb and what it needs: {gigabytes(build, extra)}; {word}", flush=True)
    torch, _ = lacking(extra, there)
    why = index and torch and pip(python, "--index-url", index, *torch)
    if why and "torch" in there: fail(f"{index} has no torchvision for it: {why}")
    if why: print(f"now PyTorch from pip's index ({gigabytes(CUDA, extra)}): {why}", flush=True)
    why = pip(python, "--editable", f"{HERE}[{extra}]")
    if why: fail(why)
    stamp(extra).write_text(digest())
    return python

def active(extra):
    "Python of the active environment, with what it lacked; nothing that was there is replaced."
    folders = [folder for folder in sys.path if Path(folder or ".").resolve() != HERE]
    there = installed(folders)
    for text in requirements(extra):
        name, low, high = parts(text)
        have = there.get(name.replace("_", "-").lower())
        if have and (low and release(have) < release(low) or high and release(have) >= release(high)):
            fail(f"{name} {have} is installed here and {text} is needed; change it yourself, or leave --here away")
    torch, rest = lacking(extra, there)
    if torch:
        index, word, _ = torch_index(there.get("torch"))
        fetch(torch, there, word, *(["--index-url", index] if index else []))
    if rest: fetch(rest, installed(folders), "from pip's index")
    if "sigreg-nb" not in there: fetch(["--no-deps", "--editable", str(HERE)], {}, "this checkout")
    return sys.executable

def fetch(what, there, word, *options):
    "Install into the active environment and hold all that is there where it is."
    print(f"installing {' '.join(what)} ({word})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        fixed = Path(folder)/"constraints.txt"
        fixed.write_text("".join(f"{name}=={version}\n" for name, version in there.items()))
        why = pip(sys.executable, "--constraint", fixed, *options, *what)
    if why: fail(why)


# --- jobs ---

def demo_help():
    "Options of `sigreg demo`, read from its source: nothing need be installed."
    tree = ast.parse((HERE/"sigreg_nb"/"cli.py").read_text(encoding="utf-8"))
    demo = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "demo")
    named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    def walk(annotation):
        for node in ast.walk(annotation):
            yield from ast.walk(named[node.id]) if isinstance(node, ast.Name) and node.id in named else [node]
    print(f"python3 run.py demo [OPTIONS]\n\n{ast.get_docstring(demo)}\n\nOptions:")
    defaults = [None]*(len(demo.args.args) - len(demo.args.defaults)) + demo.args.defaults
    for arg, default in zip(demo.args.args, defaults):
        help = [k.value.value for k in walk(arg.annotation) if isinstance(k, ast.keyword) and k.arg == "help"]
        words = [str(node.value) for node in walk(arg.annotation) if isinstance(node, ast.Constant)]
        name = next((w for w in words if w.startswith("--")), f"--{arg.arg.strip('_').replace('_', '-')}")
        value = "" if default is None or ast.unparse(default) == "None" else f" [{ast.literal_eval(default)}]"
        print(f"  {name:15} {''.join(help)}{value}")

def node_modules():
    "Fetch KaTeX, the browser driver and axe, for the site and for the checks, where there is npm."
    npm = shutil.which("npm")
    if npm and not all((HERE/"node_modules"/name).exists() for name in ("katex", "playwright-core", "axe-core")):
        call([npm, "ci", "--silent", "--no-fund", "--no-audit"], cwd=HERE)

def lab(python, *options):
    "JupyterLab at the story, whose saved pictures move at once: a notebook that this command trusts."
    call([python, "-m", "nbformat.sign", STORY], unread, cwd=HERE)
    root = ["--allow-root"] if POSIX and os.geteuid() == 0 else []
    print("JupyterLab opens in the browser, Ctrl-C here ends it", flush=True)
    start = "try:\n    from jupyterlab.labapp import main; main()\nexcept KeyboardInterrupt: raise SystemExit(1)"
    where = [f"--ServerApp.root_dir={HERE}", f"--LabApp.default_url=/lab/tree/{STORY}"]
    return call([python, "-c", start, *where, *root, *options], cwd=HERE)

def site(python, *options):
    "The rendered book, on this machine."
    node_modules()
    for command in ([python, "tools/site.py"], ["quarto", "render", "_proc"], [python, "tools/finish.py"]):
        if status := call(command, cwd=HERE): return status
    if "--no-serve" in options: return 0
    print("The site is at http://127.0.0.1:8000, Ctrl-C here ends it", flush=True)
    return call([python, "-m", "http.server", "8000", "--bind", "127.0.0.1", "-d", HERE/"_proc"/"_docs"], unread)

def main(*words):
    if sys.version_info < (3, 11): sys.exit(f"sigreg_nb needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    here, words = "--here" in words, [word for word in words if word != "--here"]
    job, *options = words or ["--help"]
    if job in ("-h", "--help", "help"): return print(__doc__)
    if job not in EXTRAS:
        near = get_close_matches(job, EXTRAS, 1)
        guess = f", did you mean python3 run.py {near[0]}?" if near else f"; jobs: {', '.join(EXTRAS)}"
        sys.exit(f"run.py: unknown job {job!r}{guess}")
    if {"-h", "--help"} & set(options): return demo_help() if job == "demo" else print(__doc__)
    if job == "site" and not shutil.which("quarto"):
        sys.exit("run.py: the site needs Quarto on the PATH, from https://quarto.org/docs/get-started")
    python = (active if here else own)(EXTRAS[job])
    if here: os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    if job == "demo": return call([python, "-P", "-m", "sigreg_nb", "demo", *options])
    if job == "lab": return lab(python, *options)
    if job == "site": return site(python, *options)
    if job == "test":
        node_modules()
        return call([python, "-m", "pytest", "-n", "2", *options], cwd=HERE)


if __name__ == "__main__":
    try: sys.exit(main(*sys.argv[1:]))
    except OSError as e: sys.exit(f"run.py: {e}")
