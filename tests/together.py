"""Training on two and three processes: the record of one process, or the same error on all of them.

Run as `python tests/together.py CASE …`; the exit status is 0 if each case holds."""
import json, os, signal, socket, sys, tempfile, time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import torch, torch.multiprocessing as mp
from torch import nn

from sigreg_nb import ledger, train
from sigreg_nb.data import synthetic
from sigreg_nb.train import Run, Trainer, join_ranks, run_all, run_path

TINY = Run(name="tiny", dataset="synthetic", model="mlp", model_args=(("hidden", 32), ("depth", 2)), optimizer="sgd",
           lr=.1, weight_decay=0., clip=1., schedule="constant", epochs=3, batch_size=64, augment="crop-flip", train_size=135)
CURVES = "loss", "task", "reg", "grad_norm", "train_top1", "test_loss", "top1"

# --- processes ---

def work(job, rank, world, port, folder, seconds, args):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE=str(world), LOCAL_RANK=str(rank))
    try:
        join_ranks(seconds=seconds)
        found = job(rank, folder, *args)
    except BaseException as e: found = f"{type(e).__name__}: {e}"
    (folder/f"said{rank}.tmp").write_text(json.dumps(found))
    (folder/f"said{rank}.tmp").rename(folder/f"said{rank}")
    os._exit(0)          # what the process group does when it ends is not tested

def begin(world, job, folder, *args, seconds=30.):
    with socket.socket() as s: s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]
    processes = [mp.get_context("fork").Process(target=work, args=(job, r, world, port, folder, seconds, args)) for r in range(world)]
    for p in processes: p.start()
    return processes

def end(processes, folder, within=60., of=None):
    "What each process said; 'silent' for one that did not end in time."
    until = time.monotonic() + within
    for r, p in enumerate(processes):
        if of is None or r in of: p.join(max(0, until - time.monotonic()))
    for p in processes:
        if p.is_alive(): os.kill(p.pid, signal.SIGKILL)
        p.join()
    said = [folder/f"said{r}" for r in range(len(processes))]
    found = [json.loads(f.read_text()) if f.exists() else "silent" for f in said]
    for f in said: f.unlink(missing_ok=True)
    return found

def on(world, job, folder, *args, **how): return end(begin(world, job, folder, *args, **how), folder)

# --- jobs of one process ---

def whole(rank, folder, run, **how):
    record, = run_all([run], folder/"out", **how)
    return dict(curve={k: record["curve"][k] for k in CURVES}, world=record["env"]["world"])

def begun(rank, folder, run):
    "Train until the deadline of rank 1, whose clock jumps after two epochs."
    clock = [0.]
    def watch(trainers):
        if rank and trainers[0].done == 2: clock[0] = 9.
    with patch.object(time, "monotonic", lambda: clock[0]): return len(run_all([run], folder/"out", deadline=5., watch=watch))

def watched(rank, folder, run):
    "Tell that an epoch is done, then go on."
    def watch(trainers):
        if trainers[0].done: (folder/f"at{rank}").touch()
    return len(run_all([run], folder/"out", watch=watch))

def elsewhere(rank, folder, run): return len(run_all([run], folder/f"out{rank}"))

def other_weights(rank, folder, run):
    def drawn(run, num_classes=100):
        model = build(run, num_classes)
        if rank: model.head.bias.data[0] += 1e-7
        return model
    build = train.build_model
    with patch.object(train, "build_model", drawn): return len(run_all([run], folder/"out"))

def other_data(rank, folder, run):
    t = Trainer(run, synthetic(200, seed=rank), synthetic(50, seed=1))
    return len(train.train([t]))

def no_data(rank, folder, run):
    run = replace(run, dataset="cifar10")
    return len(run_all([run], folder/"out", root=folder/"none"))

def one_fails(rank, folder, run):
    if rank: run = replace(run, lr=-1.)
    return len(run_all([run], folder/"out"))

def masks(rank, folder):
    "What dropout lets through in two steps of two epochs, and the seeds of a process alone."
    t = Trainer(replace(TINY, train_size=128, batch_size=64, epochs=2), synthetic(200), synthetic(50, seed=1))
    drop, seen = nn.Dropout(.5), []
    def hook(module, x, y):
        if not t.model.training: return y
        seen.append(drop(torch.ones(32)).bool().tolist())
        return drop(y)
    t.model.layers[0].register_forward_hook(hook)
    train.train([t])
    return seen

# --- cases ---

def close(a, b, eps): return all(abs(x - y) <= eps*(1 + abs(x)) for k in CURVES for x, y in zip(a["curve"][k], b["curve"][k], strict=True))

def alone(run):
    with tempfile.TemporaryDirectory() as folder: return whole(0, Path(folder), run)

def uneven(folder):
    "135 images in batches of 64: parts of 22, 21 and 21, then of 3, 2 and 2, or of 4 and 3."
    for reg in "strong", "weak":
        run = replace(TINY, name=reg, reg=reg, sketch_dim=16)
        one = alone(run)
        assert one["world"] == 1
        for world in 2, 3:
            for f in on(world, whole, folder, run):
                assert f["world"] == world and close(one, f, 2e-4), (reg, world, one, f)
            run_path(folder/"out", run).unlink()

def few(folder):
    "No batch may leave a process without a row."
    for images, size, world in (34, 16, 3), (18, 8, 4), (2, 8, 3):
        for f in on(world, whole, folder, replace(TINY, train_size=images, batch_size=size)):
            assert "batch_size must give each of" in f and f"the last batch of {images} images has 2" in f, f
        assert not list((folder/"out").iterdir())

def dropout(folder):
    "Every process, step and epoch has its own mask, and a process has the same again."
    first, again = (on(2, masks, folder) for _ in range(2))
    every = [tuple(m) for f in first for m in f]
    assert len(every) == 8 == len(set(every)), every
    assert first == again
    assert on(1, masks, folder)[0] == first[0], "rank 0 draws what a process alone draws"

def deadline(folder):
    "The deadline of one process is that of all; the run goes on where it was left, on one process or two."
    run = replace(TINY, reg="weak", sketch_dim=16, epochs=8)
    assert on(2, begun, folder, run) == [0, 0]
    saved = torch.load(run_path(folder/"out", run, ".ckpt"))
    assert len(saved["history"]) == 3
    part = ledger.load(run_path(folder/"out", run, ".part"))
    assert part["env"]["world"] == 2
    one = alone(run)
    for f in on(2, whole, folder, run): assert close(one, f, 2e-3), (one, f)

def disagree(folder):
    "What differs is named on every process, before the first step."
    for job, said in ((elsewhere, "rank 1: out must be one folder for all processes"), (one_fails, "rank 1: lr must be above 0"),
                      (other_weights, "model of tiny seed 0 must be the same on all processes"),
                      (other_data, "data of tiny seed 0 must be the same on all processes"), (no_data, "rank 0: cifar10 is not in ")):
        for f in on(2, job, folder, TINY): assert f.startswith("ValueError: ") and said in f, (job, f)
    assert not list(folder.rglob("*.json")) and not list(folder.rglob(".*"))
    for f in on(2, whole, folder, replace(TINY, model="resnet32", model_args=())): assert "without BatchNorm for 2 processes on a CPU" in f
    run_all([TINY], folder/"out0")
    for f in on(2, elsewhere, folder, TINY): assert "the record of tiny seed 0 must be the same on all processes, but is there on rank 0" in f, f

def gone(folder):
    "Who waits for a stopped or a killed process says its number, and leaves a checkpoint, in bounded time."
    for who in 1, 0:
        run, groups = replace(TINY, name=f"of{who}", epochs=5000), {}
        for number in signal.SIGSTOP, signal.SIGKILL:      # both at once: most of it is waiting
            (own := folder/f"{who} {number.name}").mkdir()
            groups[number, own] = begin(3, watched, own, run, seconds=4.)
        for (number, own), processes in groups.items():
            while not (own/f"at{who}").exists(): time.sleep(.05)
            os.kill(processes[who].pid, number)
        since = time.monotonic()
        for (number, own), processes in groups.items():
            said = end(processes, own, of={0, 1, 2} - {who}, within=40)
            assert time.monotonic() - since < 30
            for r, text in enumerate(said):
                if r != who: assert text.startswith(f"Lost: rank {who} of 3 no longer answers"), (number, said)
            if who: assert run_path(own/"out", run, ".ckpt").exists() and "of1-s0.ckpt holds " in said[0], (number, said)

CASES = [uneven, few, dropout, deadline, disagree, gone]

if __name__ == "__main__":
    if any(name == "lo" for _, name in socket.if_nameindex()): os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    for case in CASES:
        if case.__name__ in sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder: case(Path(folder))
