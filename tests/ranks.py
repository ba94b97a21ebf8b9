"""Every loss of `LOSSES` on 2 and 4 processes, in DDP: value and gradient of one process with all rows; taps, likewise.

Run as `python tests/ranks.py [size …]`; the exit status is 0 if the contract is kept. The chapter on exactness explains it."""
import copy, datetime, os, socket, sys, tempfile
from functools import partial
from math import isclose, isnan, nan

import torch, torch.distributed as dist, torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

from sigreg_nb.attach import attach, log_sites
from sigreg_nb.exact import Synced
from sigreg_nb.controls import ShuffledWeak
from sigreg_nb.objective import LOSSES, Loss, needs_rows
from sigreg_nb.strong import StrongSIGReg
from sigreg_nb.vcreg_loss import VCReg
from sigreg_nb.weak import WeakSIGReg

SIZES = {2: [9, 15], 4: [3, 11, 0, 10]}   # rank 2 of 4 holds no row
CASES = [(name, {}) for name in LOSSES] + [("visreg", dict(shape=0.)), ("strong_class", dict(classes=2)),
                                       ("weak_sphere", dict(sketch_dim=3))]
GROUPS = {2: [[0], [1]], 4: [[2, 0], [1, 3]]}

def batch(name, weights, size):
    "What the loss knows about the rows of each rank: rows, labels if it takes them, and weights or a mask."
    g = torch.Generator().manual_seed(1)
    x, w = torch.randn(24, 6, generator=g, dtype=torch.float64), torch.rand(24, generator=g, dtype=torch.float64)
    given = [x] + [torch.arange(24) % 2]*(name == "strong_class") + {
        "none": [], "some 0": [w*(w > .2)], "mask": [w > .2], "a rank of 0": [w*(torch.arange(24) >= SIZES[size][0])]}[weights]
    return [list(part) for part in zip(*(v.split(SIZES[size]) for v in given))]

def gradient(model):
    g = torch.cat([p.grad.flatten() for p in model.parameters()])
    model.zero_grad()
    return g

def deviation(models, synced, make, parts, groups, rank):
    "Largest of: value ratio - 1, gradient ratio - 1, relative gradient error; the truth is the mean over the groups."
    one, many = models
    losses = [make()(one(x), *more) for x, *more in ([torch.cat(v) for v in zip(*(parts[r] for r in group))]
                                                    for group in groups)]
    mine, (x, *more) = [i for i, group in enumerate(groups) if rank in group][0], parts[rank]
    value = synced(many(x), *more)
    torch.stack(losses).mean().backward(); value.backward()
    t, g = gradient(one), gradient(many)
    return max(abs(float(value.detach()/losses[mine].detach()) - 1), abs(float(g.norm()/t.norm()) - 1), float((g - t).norm()/t.norm()))

def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 5)).double()

def at_taps(rank, size):
    "What taps say other than in one process: with weights, and where masks leave this rank few rows or none."
    def test(what, got, right):
        if not (isclose(got, right, rel_tol=1e-9) or isnan(got) and isnan(right)): broken.append(what)
    parts, one, broken = batch("vcreg", "some 0", size), network(), []
    x, w = map(torch.cat, zip(*parts))
    with attach(network(), ["0", "2"], VCReg()) as reg, torch.no_grad():
        reg.model(parts[rank][0])
        for value, z in zip(reg.values(reg.synced, weight=1e20*parts[rank][1]).values(), (one[0](x), one(x))):
            test("taps, weights", float(value), float(VCReg()(z, w)))
        for kept in 0, 1, 5:
            keep = torch.arange(24) >= 24 - kept
            mine = keep.split(SIZES[size])[rank]
            for row, z in zip(log_sites(None, reg, 0, mask=mine, synced=True), (one[0](x), one(x))):
                right = (0., nan) if kept < 2 else (float(VCReg()(z[keep])), VCReg().floor(kept, z.shape[1]))
                for key, number in zip(("value", "floor"), right): test(f"{key}, {kept} rows kept", row[key], number)
                for key in "rank", "std": test(f"{key}, {kept} rows kept", isnan(row[key]), mine.sum() < 2)
    return broken

class Spread(WeakSIGReg):
    "A subclass whose forward is no function of the sums that Weak-SIGReg asks for."
    def forward(self, z, weight=None): return super().forward(z, weight) * z.amax()

def hooked(reg):
    reg.register_forward_hook(lambda reg, args, out: out * args[0].amax())
    return reg

def of_any_scale(rank, size):
    "A common factor of the weights changes nothing, with all rows anywhere."
    broken, g = [], torch.Generator().manual_seed(3)
    z, w = torch.randn(24, 6, generator=g), torch.rand(24, generator=g)
    mine = slice(sum(SIZES[size][:rank]), sum(SIZES[size][:rank + 1]))
    for make in StrongSIGReg, WeakSIGReg, VCReg, partial(Loss, "barlow"), partial(Loss, "strong_rectified"):
        want = float(make()(z, weight=w))
        for scale in 1e-30, 1e-12, 1e12, 1e30:
            got = float(Synced(make())(z[mine], weight=scale*w[mine]))
            if not abs(got - want) < 1e-4*max(1, abs(want)): broken.append(f"{make}, weights times {scale}: {got}, {want}")
    for make in StrongSIGReg, WeakSIGReg, VCReg:
        W = torch.stack([w, 1 - w])
        want = make().stacked(torch.stack([z, z]), W)
        got = Synced(make()).stacked(torch.stack([z, z])[:, mine], W[:, mine]*torch.tensor([[1e-30], [1e30]]))
        if not torch.allclose(got, want, rtol=1e-4): broken.append(f"{make}, two sites: {got}, {want}")
    for make in Spread, lambda: hooked(VCReg()), ShuffledWeak:
        whole, part = z.clone().requires_grad_(), z[mine].clone().requires_grad_()
        want, got = make()(whole), Synced(make())(part)
        want.backward(); got.backward()
        same = torch.allclose(got, want, rtol=1e-5) and torch.allclose(part.grad, size*whole.grad[mine], rtol=1e-4, atol=1e-6)
        if not same: broken.append(f"{make()} is not what it is in one process")
    return broken

def check(rank, size, folder):
    early = [Synced(Loss(name, **options)) for name, options in CASES]
    dist.init_process_group("gloo", init_method=f"file://{folder}/store{size}", rank=rank, world_size=size,
                            timeout=datetime.timedelta(seconds=60))
    models, broken, everyone = (network(), DDP(network())), [], [list(range(size))]
    groups = GROUPS[size]
    group, other = [g for _, g in sorted(zip([rank not in members for members in groups], map(dist.new_group, groups)), key=lambda p: p[0])]
    try: Synced(Loss("weak"), other)(torch.randn(4, 2)); broken.append("a stranger was let in")
    except ValueError: pass
    for before, (name, options) in zip(early, CASES):
        make = lambda: Loss(name, **options)
        for case, synced, weights, within in (
                ("built before", before, "none", everyone), ("built after", Synced(make()), "none", everyone),
                ("weights", Synced(make()), "some 0", everyone), ("a mask", Synced(make()), "mask", everyone),
                ("no rows on rank 0", Synced(make()), "a rank of 0", everyone),
                ("groups", Synced(make(), group), "none", groups),
                ("groups, a copy, a mask", copy.deepcopy(Synced(make(), group)), "mask", groups)):
            error = deviation(models, synced, make, batch(name, weights, size), within, rank)
            if not error < 1e-9: broken.append(f"{name}, {options}, {case}: {error:.0e}")
        if hasattr(before.reg, "reduce") == needs_rows(name, **options): broken.append(f"{name}: sums or rows?")
    broken += at_taps(rank, size) + of_any_scale(rank, size)
    dist.destroy_process_group()
    if rank == 0: print(f"{size} processes: {len(CASES)} losses,", "; ".join(broken) or "all exact")
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
