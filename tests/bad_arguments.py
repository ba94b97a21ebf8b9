"""Bad arguments: every public function, every parameter whose annotation says what it takes, values that it does not take.

A call that is right is looked for first, from values by the name of the parameter; then one argument is wrong. An error has to be a
ValueError or a TypeError and to name the argument. `python tests/bad_arguments.py [seed share]` prints the share that does."""
import contextlib, inspect, io, random, re, signal, sys, types, typing, warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module

import torch
from torch import Tensor, nn

MODULES = "epps_pulley slices strong weak vcreg_loss vcreg_layer losses recurrence collapse optim mlp vit resnet convnext exact taps attach probes " \
          "augment data information dynamics ledger experiments campaign train xray".split()
#: what trains, downloads, writes, or waits for processes
LEFT_OUT = {"train", "epoch", "fit", "run_all", "campaign", "run_missing", "campaign_on_ray", "run_row", "download_cifar", "fetch", "unpickle", "unpack",
            "check_choice", "join_ranks", "mine", "mine_loss", "stoppable", "undisturbed", "answering", "agree", "leave"}

def good():
    "Values by the name of a parameter; made anew for each call."
    from sigreg_nb.epps_pulley import Grid
    from sigreg_nb.experiments import row
    g = torch.Generator().manual_seed(0)
    z, image = torch.randn(16, 4, generator=g), torch.zeros(4, 3, 32, 32, dtype=torch.uint8)
    labels, net, V1 = torch.arange(16) % 4, nn.Sequential(nn.Linear(4, 4), nn.ReLU()), row("V1")
    numbers = dict(n=16, d=4, k=2, num_slices=8, sketch_dim=2, beta=1., alpha=1., delta=.5, eps=1e-3, value=.1, seed=0, num_classes=10, lr=.1, weight_decay=0.,
                   momentum=0., epoch=0, epochs=5, batch_size=4, share=.5, imbalance=2., side=32, steps=3, rate=.1, channels=4, dim=8, num_heads=2, mlp_ratio=2.,
                   head_dim=4, d_in=4, d_out=4, l2=.1, rho=.5, dx=4, dz=4, top1=.5, classes=4, sigma=1., D=3., P=3., seconds=60., size=4)
    tensors = dict(z=z, h=z, x=z, u=z, H=z, Z=torch.stack([z, z]), y=labels, labels=labels, scores=z, h_test=z, y_test=labels, weight=torch.ones(16), A=torch.eye(4),
                   S=torch.eye(4)[:, :2], C=torch.eye(4), G=z, T=z[:4, :4], t=torch.linspace(0, 1, 5), images=image, q=z[None], angles=z, total=torch.tensor([16., 16.]))
    split, frame = costly()
    objects = dict(generator=g, model=net, sites="0", reg=lambda z: z.square().mean(), source="lejepa", target="lewm", optimizer="sgd", name="synthetic", device="cpu",
                   parameters=[nn.Parameter(torch.ones(3, 3))], params=list(net.parameters()), grid=Grid(5., 17), w=None, l2s=(.1,), sizes=[4, 4], run=V1, runs=[V1],
                   split=split, train=split, weights=(.1,), values=[1., 2.], flag=True, on=True, site="0", pattern="*", groups=[[V1]],
                   cost=lambda run: 1., records=[], features=lambda x: {"z": net(x)}, batches=[z, z], loss=lambda parts: parts["z"].square().mean())
    return {**numbers, **tensors, **objects}, {
        "ledger.paired": dict(runs=frame, a="a", b="b"), "ledger.compare": dict(runs=frame, pairs=[("a", "b")]), "ledger.resolved": dict(gap=dict(low=1., high=2.)),
        "dynamics.make_cloud": dict(name="line"), "dynamics.descend": dict(reg="weak"), "optim.make_optimizers": dict(name="sgd"), "optim.newton_schulz": dict(G=z[None]),
        "experiments.row": dict(name="V1"), "experiments.experiment": dict(name="E1"), "campaign.table": dict(name="E1"), "campaign.unrecorded": dict(name="E1"),
        "experiments.with_vcreg": dict(sites=2), "experiments.vcreg_grid": dict(sites=2), "experiments.deep_arms": dict(depth=5), "recurrence.wave_sums": dict(u=z[None]),
        "slices.splitmix64": dict(x=labels), "vit.rope_angles": dict(grid=4), "attach.as_convention": dict(name="source", convention="lejepa"),
        "attach.before_relu": dict(args=z), "recurrence.statistic": dict(sums=torch.ones(2, 8, 4))}

@cache
def costly():
    "Images and a table of runs, which no call changes."
    from sigreg_nb import data, ledger
    return data.synthetic(40), ledger.frame([dict(final=dict(top1=float(seed)), env=dict(seconds=1.), run=dict(name=name, seed=seed)) for name in "ab" for seed in range(3)])

def known(name):
    "Values for one function."
    every, own = good()
    return {**every, **own.get(name, {})}

def functions():
    for m in MODULES:
        module = import_module(f"sigreg_nb.{m}")
        for name in getattr(module, "__all__", ()):
            f = getattr(module, name)
            public = inspect.isfunction(f) or (inspect.isclass(f) and issubclass(f, nn.Module))
            if public and getattr(f, "__module__", "") == module.__name__ and name not in LEFT_OUT: yield f"{m}.{name}", f

NAN = float("nan")
GOAL = 1.                       # share of the errors that name their argument
WRONG = {int: ["x", 1.5, -10**6, NAN, [], 10**30], float: ["x", [], NAN, "1", Tensor], Tensor: ["x", 3, [1.], None, {}], str: [5, "no such thing", [], None],
         bool: [], Callable: [5, "x"], nn.Module: ["x", 5, nn.Linear]}

#: what an error calls an argument that has a role of its own
ROLES = {"optim.make_optimizers.name": "optimizer", "experiments.row.name": "run",
         **dict.fromkeys(("experiments.experiment.name", "experiments.list_experiments.name", "campaign.table.name", "campaign.unrecorded.name"), "experiment")}

def kinds(annotation):
    "The kinds of an annotation that have wrong values; () if it takes more than we know."
    parts = typing.get_args(annotation) if typing.get_origin(annotation) in (typing.Union, types.UnionType) else (annotation,)
    parts = [typing.get_origin(p) or p for p in parts]
    return tuple(k for p in parts if p is not type(None) for k in ([p] if p in WRONG else [None]))

def calls(some=None):
    "(name, function, arguments, parameter, wrong value), for all functions or a seeded sample of some."
    for name, f in random.Random(0).sample(list(functions()), some) if some else functions():
        try: parameters = inspect.signature(f, eval_str=True).parameters.values()
        except (ValueError, NameError): continue
        there = known(name)
        args = {p.name: there[p.name] for p in parameters if p.default is p.empty and p.name in there and p.kind is p.POSITIONAL_OR_KEYWORD}
        try: quiet(f, args)
        except Exception: continue                        # no right call is known
        for p in parameters:
            found = kinds(p.annotation)
            if p.kind not in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) or len(found) != 1 or found[0] is None: continue
            optional = p.default is None or type(None) in typing.get_args(p.annotation)
            for value in WRONG[found[0]]:
                if not (value is None and optional): yield name, f, tuple(args), p.name, value

def quiet(f, args):
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return f(**args)

def wrong(function, f, args, name, value):
    "None: no error. '': named. Else what is wrong with the error."
    there = known(function)
    def late(*_): raise TimeoutError("two seconds were not enough")
    signal.signal(signal.SIGALRM, late); signal.setitimer(signal.ITIMER_REAL, 2)
    try: quiet(f, {**{k: there[k] for k in args}, name: value})
    except (ValueError, TypeError) as e:
        if any(re.search(rf"\b{re.escape(said)}\b", str(e)) for said in (name, ROLES.get(f"{function}.{name}", name))): return ""
        return f"does not name it: {type(e).__name__}: {str(e)[:90]}"
    except Exception as e: return f"{type(e).__name__}: {str(e)[:90]}"
    finally: signal.setitimer(signal.ITIMER_REAL, 0)

if __name__ == "__main__":
    torch.set_num_threads(1)
    every = list(calls())
    if len(sys.argv) > 1: every = random.Random(int(sys.argv[1])).sample(every, int(float(sys.argv[2])*len(every)))
    said = [(f"{name}({p}={str(value)[:20]!r})", wrong(name, f, args, p, value)) for name, f, args, p, value in every]
    errors = [(call, why) for call, why in said if why is not None]
    bad = [(call, why) for call, why in errors if why]
    for call, why in bad: print(call, "→", why)
    share = 1 - len(bad)/len(errors)
    print(f"{len(every)} bad arguments of {len({c.partition('(')[0] for c, _ in said})} functions, {len(errors)} errors, {100*share:.1f} % of them by name; wanted: {100*GOAL:.0f} %")
    sys.exit(share < GOAL)
