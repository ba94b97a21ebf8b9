"Every loss under torch.distributed: 2 and 4 processes give the value and the gradient of one."
import os, subprocess, sys
from book import ROOT

def test_every_loss_on_two_and_four_processes():
    done = subprocess.run([sys.executable, "tests/ranks.py"], cwd=ROOT, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
