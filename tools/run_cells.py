#!/usr/bin/env python3
"""Run chapters in plain Python, `#| cuda` cells included, on a machine with a GPU and without Jupyter, nbdev and fastcore.

  PYTHONPATH=. python3 tools/run_cells.py nbs/81_triton.ipynb nbs/49_train.ipynb
"""
import json, linecache, os, sys, time, traceback, types

def shim():
    "The few functions of `fastcore.test` that the book uses."
    import numpy as np
    def plain(x): return x.detach().cpu().double().numpy() if hasattr(x, "detach") and x.dtype.is_floating_point else x
    def same(a, b):
        if isinstance(a, dict) or isinstance(b, dict): return a == b
        if hasattr(a, "shape") or hasattr(b, "shape"): return bool(np.array_equal(np.asarray(plain(a)), np.asarray(plain(b))))
        return a == b
    def test_eq(a, b): assert same(a, b), f"{a}\n!=\n{b}"
    def test_ne(a, b): assert not same(a, b), f"{a} == {b}"
    def test_close(a, b, eps=1e-5): assert (np.abs(np.asarray(plain(a), float) - np.asarray(plain(b), float)) <= eps).all(), f"{a}\n{b}"
    def test_fail(f, msg="", contains="", args=(), kwargs=None):
        try: f(*args, **(kwargs or {}))
        except Exception as e: assert contains in str(e), f"{contains!r} not in {e!r}"
        else: raise AssertionError(f"expected an error with {contains!r}")
    package, module = types.ModuleType("fastcore"), types.ModuleType("fastcore.test")
    module.__dict__.update(test_eq=test_eq, test_ne=test_ne, test_close=test_close, test_fail=test_fail)
    sys.modules.update({"fastcore": package, "fastcore.test": module})

def run(path):
    "Errors of the code cells of one notebook; later cells still run."
    import torch
    errors, space = [], {"__name__": "__main__", "display": print}
    for i, cell in enumerate(json.load(open(path))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "google.colab" in source or source.startswith("%"): continue
        if "#| eval: false" in source or ("#| cuda" in source and not torch.cuda.is_available()): continue
        name = f"<{os.path.basename(path)}, cell {i}>"
        linecache.cache[name] = len(source), None, source.splitlines(True), name    # Triton reads the source of its kernels
        try: exec(compile(source, name, "exec"), space)
        except Exception: errors.append(f"cell {i}:\n{source[:300]}\n{traceback.format_exc(limit=-2)}")
    return errors

if __name__ == "__main__":
    if not sys.argv[1:]: sys.exit(__doc__)
    try: import fastcore.test
    except ImportError: shim()
    import matplotlib
    matplotlib.use("Agg")
    paths, failed = [os.path.abspath(p) for p in sys.argv[1:]], 0
    os.chdir(os.path.dirname(paths[0]))
    for path in paths:
        start = time.time()
        errors = run(path)
        failed += len(errors)
        print(f"{os.path.basename(path)}: {len(errors)} failed cells, {time.time()-start:.0f} s", *errors, sep="\n", flush=True)
    sys.exit(bool(failed))
