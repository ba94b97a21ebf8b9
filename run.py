#!/usr/bin/env python3
"""Set sigreg_nb up in .venv beside this file and run it; needs Python >= 3.11 and git, nothing else.

  python3 run.py demo [OPTIONS]   train on handwritten digits and show what each regularizer does
  python3 run.py test [OPTIONS]   run every notebook and every check of the book (options go to pytest)
  python3 run.py setup            only set up
"""
import hashlib, os, shutil, subprocess, sys, venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENV = HERE/".venv"
BIN = ENV/("Scripts" if os.name == "nt" else "bin")


def install(extra):
    "Install the project into .venv, unless the same settings are installed already."
    sources = b"".join((HERE/name).read_bytes() for name in ("settings.ini", "setup.py"))
    stamp, digest = ENV/f".installed{extra}", hashlib.sha256(sources).hexdigest()
    if stamp.exists() and stamp.read_text() == digest: return
    if not (BIN/"pip").exists() and not (BIN/"pip.exe").exists():
        print(f"creating {ENV.name}", flush=True)
        venv.create(ENV, with_pip=True)
    print("installing sigreg_nb and what it needs (about 3 minutes and 6 GB the first time)", flush=True)
    subprocess.run([BIN/"python", "-m", "pip", "install", "--quiet", "--editable", f"{HERE}{extra}"], check=True)
    stamp.write_text(digest)


def node_modules():
    "Fetch KaTeX for the formula check and the browser driver for the story, where there is npm."
    npm = shutil.which("npm")
    if npm and not all((HERE/"node_modules"/name).exists() for name in ("katex", "playwright-core")):
        subprocess.run([npm, "ci", "--silent", "--no-fund", "--no-audit"], cwd=HERE)


def main(job="help", *options):
    if sys.version_info < (3, 11): sys.exit(f"sigreg_nb needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    if job in ("-h", "--help"): return print(__doc__)
    if job not in ("demo", "test", "setup"): sys.exit(__doc__)
    install("" if job == "demo" else "[dev]")
    if job == "test":
        node_modules()
        return subprocess.call([BIN/"python", "-m", "pytest", "-n", "2", *options], cwd=HERE)
    if job == "demo": return subprocess.call([BIN/"sigreg", "demo", *options])


if __name__ == "__main__": sys.exit(main(*sys.argv[1:]))
