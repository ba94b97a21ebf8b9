"Several processes: every loss under torch.distributed gives the value and the gradient of one; so does training, or it says why not."
import os, subprocess, sys
import pytest
from book import ROOT

def run(*command, timeout):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]

def test_every_loss_on_two_and_four_processes(): run("tests/ranks.py", timeout=300)

@pytest.mark.parametrize("cases", ["uneven few", "dropout deadline disagree", "gone"])
def test_training_on_two_and_three_processes(cases): run("tests/together.py", *cases.split(), timeout=400)
