#!/usr/bin/env python3
"Preprocess the notebooks into _proc, ready for `quarto render _proc`."
from nbdev.serve import proc_nbs

if __name__ == "__main__": print(proc_nbs(force=True, n_workers=0))
