"Records of others: what CI asks of them, and what CONTRIBUTING says about sending them."
import os, subprocess
import pytest, yaml
from book import ROOT

@pytest.mark.skipif(os.name != "posix", reason="the workflow runs on Linux")
def test_ci_checks_the_records_that_a_pull_request_changes(tmp_path):
    git = lambda *args: subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], cwd=tmp_path, check=True, capture_output=True)
    def write(name, text):
        (tmp_path/name).parent.mkdir(parents=True, exist_ok=True); (tmp_path/name).write_text(text)
    git("init", "-q", "-b", "main")
    for name in ("results/a/old.json", "results/a/changed.json", "results/a/gone.json", "nbs/x.json"): write(name, "1")
    git("add", "."); git("commit", "-qm", "one"); git("update-ref", "refs/remotes/origin/main", "HEAD")
    for name in ("results/a/changed.json", "results/b/new with blank.json", "nbs/x.json", "results/b/notes.txt"): write(name, "2")
    git("rm", "-q", "results/a/gone.json"); git("add", "."); git("commit", "-qm", "two")
    write("bin/sigreg", '#!/bin/sh\nfor f; do echo "$f"; done\nexit $REFUSE\n'); (tmp_path/"bin"/"sigreg").chmod(0o755)
    jobs = yaml.safe_load((ROOT/".github"/"workflows"/"records.yaml").read_text())["jobs"]
    command = jobs["check"]["steps"][-1]["run"]
    def call(base, refuse):
        env = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "BASE": base, "REFUSE": refuse}
        return subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True)
    done = call("main", "0")
    assert done.returncode == 0 and done.stdout.splitlines() == ["check", "results/a/changed.json", "results/b/new with blank.json"]
    assert call("main", "1").returncode != 0
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert call("main", "1").returncode == 0                   # nothing changed, nothing asked

def test_an_experiment_with_runs_that_have_no_record_is_told_on_a_page_of_results():
    import json, re
    from book import NOTEBOOKS
    from sigreg_nb.campaign import progress
    from sigreg_nb.experiments import EXPERIMENTS
    pages = {p.stem: "\n".join("".join(c["source"]) for c in json.loads(p.read_text())["cells"]) for p in NOTEBOOKS
             if p.stem[:1] in "56" and "what_holds" not in p.stem}
    telling = {stem: text for stem, text in pages.items() if "no record" in text or "without a record" in text or ".done" in text}
    state = progress(*EXPERIMENTS, folder=ROOT/"results")
    untold = [name for name in state.index[state.done < state.declared]
              if not any(re.search(rf"\b{name}\b", text) for text in telling.values())]
    assert not untold
