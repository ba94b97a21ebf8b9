"""Every loss of `LOSSES` on 2 and 4 processes, in DDP: value and gradient of one process with all rows.

Run as `python tests/ranks.py [size …]`; the exit status is 0 if the contract is kept. The chapter on exactness explains it."""
import datetime, os, socket, sys, tempfile

import torch, torch.distributed as dist, torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

from sigreg_nb.exact import Synced
from sigreg_nb.losses import LOSSES, Loss

SIZES = {2: [9, 15], 4: [3, 11, 6, 4]}
LABELLED = {"strong_class"}

def gradient(model): return torch.cat([p.grad.flatten() for p in model.parameters()])

def ratios(name, rank, size, models, when):
    "Value ratio, gradient ratio, relative gradient error."
    x = torch.randn(24, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    y = torch.arange(24) % 2
    for model in models: model.zero_grad()
    (one, many), mine = models, [part.split(SIZES[size])[rank] for part in (x, y)]
    labels = lambda y: (y,) if name in LABELLED else ()
    loss, synced = Loss(name)(one(x), *labels(y)), when(many(mine[0]), *labels(mine[1]))
    loss.backward(); synced.backward()
    t, g = gradient(one), gradient(many)
    return [float(synced.detach()/loss.detach()), float(g.norm()/t.norm()), float((g - t).norm()/t.norm())]

def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5)).double()

def check(rank, size, folder):
    early = {name: Synced(Loss(name)) for name in LOSSES}
    dist.init_process_group("gloo", init_method=f"file://{folder}/store{size}", rank=rank, world_size=size,
                            timeout=datetime.timedelta(seconds=60))
    models, broken = (network(), DDP(network())), []
    for name in LOSSES:
        for when, reg in ("before", early[name]), ("after", Synced(Loss(name))):
            value, length, error = ratios(name, rank, size, models, reg)
            if not (abs(value - 1) < 1e-9 and abs(length - 1) < 1e-9 and error < 1e-9):
                broken.append(f"{name}, built {when}: value {value}, gradient {length}, error {error:.0e}")
    dist.destroy_process_group()
    if rank == 0: print(f"{size} processes: {len(LOSSES)} losses,", "; ".join(broken) or "all exact")
    sys.exit(bool(broken))

if __name__ == "__main__":
    if any(name == "lo" for _, name in socket.if_nameindex()): os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    context, failed = mp.get_context("fork"), False
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, sys.argv[1:] or SIZES):
            processes = [context.Process(target=check, args=(r, size, folder), daemon=True) for r in range(size)]
            for p in processes: p.start()
            for p in processes: p.join(120)
            failed |= any(p.exitcode != 0 for p in processes)
    sys.exit(failed)
