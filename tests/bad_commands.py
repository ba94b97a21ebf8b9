"""Bad command lines: every command, every option, every kind of bad value. Each gets one line that names the argument,
before any work. `python tests/bad_commands.py [seed share]` runs all of them, or a sample, in this process."""
import contextlib, inspect, io, os, random, sys, tempfile, typing
from unittest.mock import patch

from sigreg_nb import campaign, conform, cost, data, demo, bench, throughput, train, plateau
from sigreg_nb.cli import app, main

class Work(BaseException): "A command has begun to work."

#: what would be work, by module
WORK = [(train, "load_data"), (campaign, "loaded_once"), (plateau, "load_data"), (demo, "train_all"), (bench, "times"),
        (throughput, "Trainer"), (cost, "_bench"), (data, "fetch"), (conform, "_run_child")]

#: what makes a command line whole
NEEDED = {"run": ["V3", "--data", "."], "steps": ["V3", "--data", "."], "table": ["TABLE1"], "demo": ["--regime", "clean"],
          "campaign": ["TABLE1", "--budget-minutes", "1", "--data", "."], "bench losses": ["--family", "weak"],
          "bench inserted": ["--network", "vit_b_32/4"], "check": ["FILE", "--known", "."],
          "conform": ["lightly"], "vectors": ["--check", "FILE"],
          "doctor": ["sigreg_nb.mlp:MLP", "--shape", "8,3072"],
          "suggest": ["sigreg_nb.mlp:MLP", "--batch", "bad_commands:pair", "--sites", "layers.*.linear"]}
def pair():
    "A batch for a model that is looked at."
    import torch
    return torch.zeros(8, 3072), torch.arange(8)

LONG = "-"*3000
WORDS = ["", "x", "-1", "nan", "é", "x"*3000, LONG, "['weak']", "weak,strong", "../.."]
INT = ["", "x", "-1", "1.5", "nan", "inf", "1e400", "0x10", "99999999999999999999", "-99999999999999999999", LONG, "True"]
FLOAT = ["", "x", "-1", "nan", "inf", "-inf", "1e400", "1,5", LONG, "True"]
OUT = ["", "/proc/x", "/dev/null", "/dev/null/x", "FILE", "FILE/x"]
FIELDS = ["", "x", "=", "=1", "lr", "lr=", "lr=x", "lr=-1", "lr=0", "lr=nan", "lr=1e400", "lr=" + LONG, "clp=1", "seed=1", "name=x",
          "epochs=0", "epochs=1e400", "epochs=" + "9"*30, "sites=()", "sites=-1", "sites=('',)", "sites=nowhere", "pool=[]", "pool=5", "pool=gap",
          "momentum=1e308", "momentum=-1", "eta_min=1e308", "weight_decay=nan", "weight_decay=1e308", "num_slices=100000000000",
          "batch_size=100000000000", "batch_size=1", "batch_size=10**30", "reg_args=(1,)", "reg_args=(('x', 1),)", "reg_args=5",
          "model_args=5", "model_args=(('x', 1),)", "model_args=(('depth', -1),)", "imbalance=x", "imbalance=inf", "imbalance=.5",
          "reg=stong", "reg=nowhere:X", "reg=5", "model=vti", "dataset=x", "split=x", "norm=C", "precision=fp16", "augment=x", "mix=yes", "clip=0",
          "clip=x", "train_size=1", "train_size=-1", "label_smoothing=1", "labels=x", "reg_epochs=5", "reg_epochs=(5, 3)", "measure=x",
          "measure=('x',)", "decay_norms=2", "rope=x", "schedule=x", "warmup=-1", "warmup=x", "optimizer=adam", "muon_split=x", "combine=x",
          "reg_weight=2", "reg_weight=-1", "sketch_dim=0"]
BAD = {"seed": INT, "seeds": [*INT, "0", "101"], "epochs": [*INT, "0"], "rounds": [*INT, "0"], "images": [*INT, "0", "1"], "batch": [*INT, "0", "1"],
       "side": [*INT, "0", "7"], "workers": INT, "threads": [*INT, "0", "2147483648"], "last": [*INT, "0"], "at_once": [*INT, "0"],
       "budget_minutes": [*FLOAT, "0"], "checkpoint_minutes": FLOAT, "wait_seconds": [*FLOAT, "0"],
       "device": ["", "x", "cpu:", "cpu:x", "cpu:-1", "cuda:99", "meta", "hpu", "tpu", "-1", "nan", "CPU", LONG],
       "out": OUT, "data": ["", "/nonexistent", "FILE", LONG], "known": ["", "/nonexistent", "FILE", LONG],
       "set_": FIELDS, "reg": [*WORDS, "stong", "nowhere:X", "os:getcwd:x", "sigreg_nb.weak:Nothing"],
       "arm": [*WORDS, "stong"], "regime": [*WORDS, "cleen"], "precision": [*WORDS, "fp16", "FP32"], "if_changed": [*WORDS, "refuze"],
       "family": [*WORDS, "stong"], "network": [*WORDS, "vit_b_33"], "contestant": [*WORDS, "VCReg"],
       "row": [*WORDS, "V99", "v3"], "name": [*WORDS, "TABEL1"], "match": ["", "x", "[", LONG],
       "targets": [*WORDS, "stong"], "target": [*WORDS, "os:getcwd:x", "torch:pi"], "sites": ["x", "nowhere.*", "["], "form": [*WORDS, "stong"], "skip": [*WORDS, "stong"],
       "task": [*WORDS, "stong", "os:nothing"], "combine": [*WORDS, "product"], "timeout": [*FLOAT, "0"], "scripts": OUT, "check": ["", "/nonexistent", "FILE", LONG], "tolerance": FLOAT,
       "shape": ["", "x", "1,2", "1,2,3,4", "-1,2,3", "0,1,1", "1,1,1", "2,0,1", "99999999999,1,1", "nan,1,1", "1.5,2,3", "²,2,2", LONG]}
FREE = "note", "version", "files"   # any text; what is no value; and what is told in lines of its own
SAYS = {"row": ("run", "row"), "set_": ("set",), "name": ("name", "experiment"), "match": ("match", "name like"), "budget_minutes": ("budget",),
        "checkpoint_minutes": ("minutes",), "wait_seconds": ("seconds",), "arm": ("arm", "reg"), "known": ("known",), "targets": ("target",), "target": ("target",), "sites": ("sites", "module"), "as_json": ("json",)}

def commands():
    "Path, parameter and its option, None for a position; what is a flag."
    for prefix, group in ("", app), *((f"{g.name} ", g.typer_instance) for g in app.registered_groups):
        for command in group.registered_commands:
            path = prefix + (command.name or command.callback.__name__.rstrip("_").replace("_", "-"))
            for name, p in inspect.signature(command.callback, eval_str=True).parameters.items():
                kind, info = (typing.get_args(p.annotation) + (None,))[:2] if typing.get_origin(p.annotation) is typing.Annotated else (p.annotation, None)
                given = [d for d in getattr(info, "param_decls", None) or () if d.startswith("--")]
                option = None if type(info).__name__ == "ArgumentInfo" else (given or ["--" + name.strip("_").replace("_", "-")])[0]
                yield path, name, option, kind is bool

def lines():
    "Command line, as a list, and what its message must name: one of these."
    for path, name, option, flag in commands():
        words, needed = path.split(), NEEDED.get(path, [])
        if flag:
            yield [*words, *needed, f"{option}=yes"], [option]
            continue
        if name in FREE: continue
        for value in BAD[name]:
            if (path.startswith("bench") and value == "FILE") or (path == "download" and value == "/nonexistent"): continue   # allowed
            if option is None: yield [*words, *needed[1:], "--", value], SAYS[name]
            else:
                rest = [w for i, w in enumerate(needed) if w != option and (not i or needed[i-1] != option)]
                field = value.partition("=")[0] if name == "set_" and "=" in value else ""
                yield [*words, *rest, option, value], (*SAYS.get(name, (name.strip("_"),)), *([field] if field else []))
        if option:
            rest = [w for i, w in enumerate(needed) if w != option and (not i or needed[i-1] != option)]
            yield [*words, *rest, option, "1", option, "1"], [option]
            yield [*words, *rest, option], [option]
        yield [*words, *needed, f"--{name.strip('_')}x", "1"], [f"--{name.strip('_')}x"]

def wrong(line, named):
    "What is wrong with the answer to a bad command line; '' if nothing."
    err, out = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.callback(os.chdir, os.getcwd()); os.chdir(folder)
        open("FILE", "w").close()
        def work(*args, **kwargs): raise Work()
        for module, name in WORK: stack.enter_context(patch.object(module, name, work))
        stack.enter_context(contextlib.redirect_stderr(err)); stack.enter_context(contextlib.redirect_stdout(out))
        try: main(list(line)); status = 0
        except SystemExit as e: status = e.code
        except Work: return "work began"
        except BaseException as e: return f"a traceback: {type(e).__name__}: {e}"[:200]
    text = err.getvalue()
    if not status: return "exit status 0: " + (out.getvalue() + text)[:80]
    if text.count("\n") != 1 or not text.startswith("sigreg: "): return f"not one line: {text[:200]!r}"
    if len(text) > 600: return "a long line"
    plain = text.lower().replace("-", "_")
    return "" if any(n.lower().replace("-", "_").strip("_") in plain for n in named) else f"names none of {named}: {text[:160]!r}"

if __name__ == "__main__":
    every = list(lines())
    if len(sys.argv) > 1: every = random.Random(int(sys.argv[1])).sample(every, int(float(sys.argv[2])*len(every)))
    bad = [(line, why) for line, named in every if (why := wrong(line, named))]
    for line, why in bad: print(" ".join(w if len(w) < 60 else w[:20] + "…" for w in line), "→", why)
    print(f"{len(every)} bad command lines, {len(every) - len(bad)} refused by name, {len(bad)} not")
    sys.exit(bool(bad))
