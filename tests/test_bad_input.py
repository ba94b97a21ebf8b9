"Bad inputs to the public interface: each is refused at once, with the argument, its value and what is allowed."
import random
from importlib import import_module
import pytest
import torch
from torch import nn

from sigreg_nb import (augment, campaign, collapse, convnext, data, dynamics, entropies, epps_pulley as ep, experiments, ledger,
                       losses, mlp, models, objective, optim, recurrence, resnet, slices, sphere, stein, strong, taps, train, vcreg_layer, vcreg_loss, vit, weak)
from sigreg_nb.cli import main
import bad_arguments, bad_commands

attach = import_module('sigreg_nb.attach') # `sigreg_nb.attach` is the function

Z = torch.randn(8, 4, generator=torch.Generator().manual_seed(0))
BYTES = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
RNG = torch.Generator()

def net(): return nn.Sequential(nn.Linear(4, 4), nn.ReLU())
def small_vit(**kwargs): return vit.plain_vit(embed_dim=16, depth=1, num_heads=2, **kwargs)
def run(**fields): return train.check_run(train.Run(**fields))
def parameter(*shape): return [nn.Parameter(torch.ones(shape))]
def attached(*args, **kwargs): return attach.attach(net(), '0', *args, **kwargs)
def tapped():
    with taps.Taps(net(), '0') as found: found.model(Z)
    return found
def vcreg(): return vcreg_loss.VCReg()

V, T = ValueError, TypeError
BAD = [
    # embeddings
    (lambda: strong.strong_sigreg([[1., 2.]]), T, "z must be a Tensor, got list"),
    (lambda: weak.weak_sigreg(Z.numpy()), T, "z must be a Tensor, got ndarray"),
    (lambda: strong.strong_sigreg(Z.long()), T, "z must be floating point, got torch.int64"),
    (lambda: strong.strong_sigreg(Z[0]), V, "z must be 2-D, got shape (4,)"),
    (lambda: strong.strong_sigreg(Z[:1]), V, "z must have at least 2 rows, got shape (1, 4)"),
    (lambda: strong.strong_sigreg(Z[:, :0]), V, "z must not be empty, got shape (8, 0)"),
    (lambda: strong.strong_sigreg(Z/0, check_finite=True), V, "z must be finite, got 32 NaN or Inf"),
    (lambda: weak.weak_sigreg(Z[:3], form='unbiased'), V, "z must have at least 4 rows, got shape (3, 4)"),
    (lambda: vcreg_loss.vcreg(Z[None, None, None]), V, "h must be 2-D or 3-D or 4-D, got shape (1, 1, 1, 8, 4)"),
    (lambda: vcreg_loss.vcreg(Z[:1]), V, "h as samples must have at least 2 rows, got shape (1, 4)"),
    (lambda: vcreg_layer.vcreg_inject(Z[:1]), V, "h must hold at least 2 samples, got shape (1, 4)"),
    (lambda: ep.epps_pulley(Z[None]), V, "u must be 1-D or 2-D, got shape (1, 8, 4)"),
    (lambda: ep.epps_pulley_exact('u'), T, "u must be a Tensor, got str"),
    (lambda: collapse.participation_ratio(Z[:1]), V, "z must have at least 2 rows, got shape (1, 4)"),
    # slices, sketches, grids
    (lambda: slices.random_slices(0, 4), V, "d must be at least 1, got 0"),
    (lambda: slices.random_slices(4, 2.5), T, "k must be an integer, got 2.5"),
    (lambda: slices.random_slices(4, 4, 'sobol'), V, "kind must be one of iid, orthogonal; got 'sobol'"),
    (lambda: slices.random_slices(4, 4, dtype=torch.int64), T, "dtype must be floating point, got torch.int64"),
    (lambda: slices.random_sketch(4, 8), V, "k must be at most d = 4, got 8"),
    (lambda: slices.Stream(-1), V, "seed must be at least 0, got -1"),
    (lambda: slices.Stream(2**63), V, "seed must be below 2^63, got 9223372036854775808"),
    (lambda: strong.StrongSIGReg(seed='0'), T, "seed must be an integer, got '0'"),
    (lambda: strong.StrongSIGReg(num_slices=True), T, "num_slices must be an integer, got True"),
    (lambda: strong.StrongSIGReg(num_slices=-3), V, "num_slices must be at least 1, got -3"),
    (lambda: strong.StrongSIGReg(grid='lejapa'), V, "grid must be one of weak-sigreg, lejepa; got 'lejapa'"),
    (lambda: ep.as_grid([5., 17]), T, "grid must be a preset or a pair (t_max, num_knots), got [5.0, 17]"),
    (lambda: ep.as_grid((0., 17)), V, "t_max must be above 0 and finite, got 0.0"),
    (lambda: ep.as_grid((5., 1)), V, "num_knots must be at least 2, got 1"),
    (lambda: ep.grid_period((5., 16)), V, "grid must have an odd number of knots, got 16"),
    (lambda: strong.strong_sigreg(Z, A=torch.ones(3, 2)), V, "A must have shape (4, k), k > 0; got (3, 2)"),
    (lambda: weak.weak_sigreg(Z, S=torch.ones(3, 2)), V, "S must have shape (4, k), k > 0; got (3, 2)"),
    # settings of the losses
    (lambda: strong.strong_sigreg(Z, scale='sum'), V, "scale must be one of n, mean; got 'sum'"),
    (lambda: strong.strong_floor(1), V, "n must be at least 2, got 1"),
    (lambda: weak.weak_sigreg(Z, form='l1'), V, "form must be one of frobenius, squared, unbiased; got 'l1'"),
    (lambda: weak.weak_sigreg(Z, sketch='qr'), V, "sketch must be one of gaussian, orthonormal, none; got 'qr'"),
    (lambda: weak.WeakSIGReg(sketch_dim=0), V, "sketch_dim must be at least 1, got 0"),
    (lambda: weak.weak_noise(8, 0), V, "d must be at least 1, got 0"),
    (lambda: vcreg_loss.vcreg(Z, alpha=-1.), V, "alpha must be at least 0 and finite, got -1.0"),
    (lambda: vcreg_loss.vcreg(Z, beta='1'), T, "beta must be a number, got '1'"),
    (lambda: vcreg_loss.VCReg(delta=0.), V, "delta must be above 0 and finite, got 0.0"),
    (lambda: vcreg_loss.VCReg(eps=float('nan')), V, "eps must be at least 0 and finite, got nan"),
    (lambda: vcreg_layer.VCRegLayer(inject=-1), V, "inject must be at least 0 and finite, got -1"),
    (lambda: vcreg_layer.beta_from_algorithm1(.1, 1), V, "n must be at least 2, got 1"),
    (lambda: dynamics.make_cloud('helix', 8, 2), V, "got 'helix'"),
    (lambda: dynamics.descend(Z, 'sigreg'), V, "reg must be one of strong, weak, vcreg; got 'sigreg'"),
    (lambda: recurrence.fast_epps_pulley(Z.long()), T, "u must be floating point, got torch.int64"),
    (lambda: objective.Loss('vicrg'), V, "name must be one of none, strong, weak, vcreg, variance, "),
    (lambda: losses.barlow(Z, lam=-1), V, "lam must be at least 0 and finite, got -1"),
    (lambda: losses.wld(Z, kind='trace'), V, "kind must be one of direct, det, logdet; got 'trace'"),
    (lambda: losses.uniformity(Z, t=0), V, "t must be above 0 and finite, got 0"),
    (lambda: stein.ksd(Z, kernel='laplace'), V, "kernel must be one of imq, gaussian; got 'laplace'"),
    (lambda: stein.mmd(Z, width=0), V, "width must be above 0 and finite, got 0"),
    (lambda: stein.mmd(Z, beta='1'), T, "beta must be a number, got '1'"),
    (lambda: stein.ksd(Z, unbiased=1), T, "unbiased must be a bool, got int"),
    (lambda: stein.ksd_floor(1, 4), V, "n must be at least 2, got 1"),
    (lambda: objective.Loss('mmd', beta=0), V, "beta must be above 0 and finite, got 0"),
    (lambda: sphere.sphere_mmd(Z, t=300), V, "t must be above 0 and below 300, got 300"),
    (lambda: sphere.sphere_ksd_floor(8, 0), V, "d must be at least 1, got 0"),
    (lambda: entropies.koleo(Z, eps=0), V, "eps must be above 0 and finite, got 0"),
    (lambda: entropies.koleo_floor(8, 1), V, "d must be at least 2, got 1"),
    (lambda: entropies.mmcr(Z, reduce=1), T, "reduce must be a function, got 1"),
    (lambda: losses.residuals(Z, [0]*8), T, "labels must be a Tensor of integers, got list"),
    (lambda: losses.residuals(Z, torch.zeros(3).long()), V, "labels must be of shape (8,), got (3,)"),
    (lambda: objective.Loss('weak')(Z[None]), V, "z must be 2-D, got shape (1, 8, 4); tokens become rows by flatten(0, 1)"),
    # taps
    (lambda: taps.Taps('net', '0'), T, "model must be a Module, got str"),
    (lambda: taps.Taps(net(), 0), T, "sites must be a pattern or a list of patterns, got 0"),
    (lambda: taps.Taps(net(), 'blocks.*'), V, "no module matches 'blocks.*'; near names: 0, 1"),
    (lambda: taps.Taps(small_vit(), 'blocks'), V, "'blocks' is a ModuleList, which is never called; try 'blocks.*'"),
    (lambda: taps.Taps(net(), '0', at='before'), V, "at must be one of output, input; got 'before'"),
    (lambda: taps.Taps(net(), '0', pool='gap'), V, "pool must be one of auto, none, tokens, masked, cls, spatial, spatial_last, "),
    (lambda: taps.pool_features(torch.ones(2, 4, 4, 3)), V, "shape (2, 4, 4, 3) looks channels-last; choose 'spatial_last'"),
    (lambda: taps.pool_features(Z, 'spatial'), V, "pool 'spatial' does not take shape (8, 4); use none, "),
    (lambda: taps.pool_features(Z, lambda x: x.sum()), V, "pooling must give (n, d), got shape ()"),
    (lambda: taps.Taps(net(), '0').mean(vcreg()), RuntimeError, "no features: attach the taps, then call the model"),
    (lambda: taps.Taps(net(), '0').attach().attach(), RuntimeError, "already attached; call detach() first"),
    (lambda: tapped().mean(vcreg(), weight=torch.ones(3)), V, "weight of shape (3,) does not fit (8, 4) of pool 'auto'"),
    (lambda: tapped().mean(vcreg(), weight=Z[:, 0] > 0), T, "weight must be a floating-point Tensor, got torch.bool"),
    (lambda: tapped().mean(vcreg_loss.VCReg(check_finite=True), torch.arange(8) < 1), V, "mask and weight must leave an effective size of at least 2"),
    (lambda: tapped().mean(vcreg(), features=dict(out=Z)), V, "features must hold 0, got out"),
    (lambda: tapped().mean(vcreg(), features={'0': [Z]}), T, "features must be Tensors, got list at site '0'"),
    (lambda: tapped().mean(vcreg(), features={'0': Z}), RuntimeError, "no graph: the last forward of the model ran without"),
    (lambda: objective.Loss('stong'), V, "name must be one of none, strong, weak, vcreg"),
    (lambda: objective.mix(1., 1., 1.5), V, "lam must be at most 1, got 1.5"),
    (lambda: objective.additive(1., 1., '0.1'), T, "lam must be a number, got '0.1'"),
    # attach
    (lambda: attached(vcreg_loss.VCReg), T, "reg must be an instance, got the class; write VCReg()"),
    (lambda: attached('weak'), T, "reg must be a function of z, or a dict from patterns to such functions, got 'weak'"),
    (lambda: attached(vcreg(), -1), V, "weight must be at least 0 and finite, got -1"),
    (lambda: attached(vcreg(), 2., combine='mix'), V, "weight must be at most 1 with combine='mix', got 2.0"),
    (lambda: attached(vcreg(), combine='sum'), V, "combine must be one of add, mix; got 'sum'"),
    (lambda: attached(vcreg(), over='max'), V, "over must be one of mean, sum; got 'max'"),
    (lambda: attach.before_relu(net(), '0', Z), V, "cannot tell what comes before the ReLU of 0"),
    (lambda: attach.convert_weight(.1, 'lejapa', 'lewm'), V, "source must be one of sigreg_nb, n-free, weak-sigreg, lejepa"),
    (lambda: attach.convert_weight(.1, 'lejepa', 'lewm', 'beta'), V, "term must be one of strong, weak, variance, covariance"),
    (lambda: attach.convert_weight(1., 'lejepa', 'lewm'), V, "value must be below 1 for a mix, got 1.0"),
    (lambda: attach.convert_weight(.1, 'weak-sigreg', 'n-free'), V, "n must be given: the two conventions differ by it, got None"),
    (lambda: attach.Convention(scale='N'), V, "scale must be one of n, mean; got 'N'"),
    (lambda: attach.log_sites('runs', None, 0), T, "writer must have add_scalar, got str"),
    # diagnostics
    (lambda: collapse.rankme(Z, variant='x'), V, "variant must be one of sigma, lambda; got 'x'"),
    (lambda: collapse.alpha_req(Z, fit=(3, 3)), V, "fit=(3, 3) leaves fewer than two of 4 eigenvalues"),
    (lambda: collapse.cdnv(Z, [0, 1]), T, "y must be a Tensor of integers, got list"),
    (lambda: collapse.cdnv(Z, torch.zeros(3).long()), V, "y must be of shape (8,), got (3,)"),
    (lambda: collapse.cdnv(Z, torch.zeros(8).long()), V, "y must have at least 2 classes, got 1"),
    # models
    (lambda: mlp.MLP(depth=0), V, "depth must be at least 1, got 0"),
    (lambda: mlp.MLP(hidden=1.5), T, "hidden must be an integer, got 1.5"),
    (lambda: small_vit(patch_size=5), V, "patch_size must divide image_size 32, got 5"),
    (lambda: vit.plain_vit(num_heads=7), V, "num_heads must divide embed_dim 256, got 7"),
    (lambda: vit.plain_vit(embed_dim=24, num_heads=4), V, "head_dim must be a multiple of 4, got 6"),
    (lambda: small_vit(rope='xy'), V, "rope must be one of published, rotary2d, learned, none; got 'xy'"),
    (lambda: small_vit(pool='max'), V, "pool must be one of mean, cls; got 'max'"),
    (lambda: small_vit(mlp_ratio=0), V, "mlp_ratio must be above 0 and finite, got 0"),
    (lambda: resnet.resnet18(num_classes=0), V, "num_classes must be at least 1, got 0"),
    (lambda: convnext.convnext_atto(patch_size=0), V, "patch_size must be at least 1, got 0"),
    # optimizers
    (lambda: optim.make_optimizers(net(), 'adam', 1e-3, 0.), V, "optimizer must be one of sgd, adamw, muon; got 'adam'"),
    (lambda: optim.make_optimizers(net(), 'adamw', 0., 0.), V, "lr must be above 0 and finite, got 0.0"),
    (lambda: optim.make_optimizers(net(), 'sgd', .1, -1.), V, "weight_decay must be at least 0 and finite, got -1.0"),
    (lambda: optim.make_optimizers(net(), 'muon', .1, 0., split='all'), V, "split must be one of published, hidden; got 'all'"),
    (lambda: optim.Muon(parameter(3)), V, "Muon takes matrices, got shape (3,)"),
    (lambda: optim.Muon(parameter(3, 3), momentum=1.), V, "momentum must be in [0, 1), got 1.0"),
    # data
    (lambda: data.load('cifar'), V, "name must be one of cifar100, cifar10, synthetic; got 'cifar'"),
    (lambda: data.load('cifar10', part='val'), V, "part must be one of train, test; got 'val'"),
    (lambda: data.load('cifar100', '/nonexistent'), FileNotFoundError, "cifar100 is not in /nonexistent: looked for "),
    (lambda: data.synthetic(0), V, "n must be at least 1, got 0"),
    (lambda: data.synthetic(4, side=4), V, "side must be at least 8, got 4"),
    (lambda: data.synthetic(4).labels('super'), V, "kind must be one of fine, coarse; got 'super'"),
    (lambda: data.long_tail(data.synthetic(40), .5), V, "imbalance must be at least 1, got 0.5"),
    (lambda: data.train_validation(data.synthetic(40), 0), V, "share must be above 0 and below 1, got 0"),
    (lambda: data.batches(10, 0), V, "batch_size must be at least 1, got 0"),
    (lambda: data.norm_constants('C'), V, "norm must be one of A, B; got 'C'"),
    (lambda: augment.rand_augment(BYTES, RNG, magnitude=31), V, "got 31"),
    (lambda: augment.rand_augment(BYTES, RNG, num_ops=0), V, "num_ops must be at least 1, got 0"),
    (lambda: augment.rand_augment(BYTES.float(), RNG), T, "images must be uint8, got torch.float32"),
    (lambda: augment.rand_augment(BYTES[..., :16], RNG), V, "images must be (n, 3, side, side), got shape (2, 3, 32, 16)"),
    # runs
    (lambda: run(dataset='imagenet'), V, "dataset must be one of cifar100, cifar10, synthetic; got 'imagenet'"),
    (lambda: run(model='vit_b'), V, "model must be one of vit, tuned_vit, resnet18, mlp, resnet32, convnext"),
    (lambda: run(reg='sigreg'), V, "got 'sigreg'"),
    (lambda: run(reg_weight=2.), V, "reg_weight must be at most 1 with combine='mix', got 2.0"),
    (lambda: run(reg_weight=-.1), V, "reg_weight must be at least 0 and below 1e+09, got -0.1"),
    (lambda: run(model='mlp', rope='none'), V, "rope must be None for model 'mlp', got 'none'"),
    (lambda: run(name='a/b'), V, "name must be a file name, got 'a/b'"),
    (lambda: run(batch_size=1), V, "batch_size must be at least 2, got 1"),
    (lambda: run(clip=0.), V, "clip must be above 0 and finite, got 0.0"),
    (lambda: run(lr=float('nan')), V, "lr must be above 0 and below 1e+09, got nan"),
    (lambda: run(warmup=-1), V, "warmup must be at least 0, got -1"),
    (lambda: run(seed=1.5), T, "seed must be an integer, got 1.5"),
    (lambda: run(mix='yes'), V, "mix must be one of True, False; got 'yes'"),
    (lambda: run(precision='fp16'), V, "precision must be one of fp32, tf32, bf16; got 'fp16'"),
    (lambda: run(reg_epochs=(5, 3)), V, "reg_epochs[1] must be at least 5, got 3"),
    (lambda: train.Run(epoch=3), T, "unexpected keyword argument 'epoch'"),
    (lambda: train.build_taps(train.Run(sites='layers.*'), small_vit()), V, "no module matches 'layers.*'; near names: "),
    # experiments, ledger, campaign
    (lambda: experiments.row('V99'), V, "no run 'V99'; did you mean V9?"),
    (lambda: experiments.experiment('E99'), V, "no experiment 'E99'; did you mean E9?"),
    (lambda: models.mlp_control(dropout=1.), V, "dropout must be in [0, 1), got 1.0"),
    (lambda: ledger.load_all('/nonexistent'), V, "folder must exist, got /nonexistent"),
    (lambda: ledger.check_record([], 'a.json'), V, "a.json: a record is an object, got list"),
    (lambda: ledger.check_record({}, 'a.json'), V, "a.json: no part 'run'"),
    (lambda: ledger.check_writable('/proc/x'), V, "out must be a writable folder, got /proc/x"),
    (lambda: campaign.campaign('E1', 0, '/nonexistent'), V, "budget_minutes must be above 0 and finite, got 0"),
    (lambda: campaign.campaign('E1', 1, '/nonexistent', device='tpu'), V, "device must be one torch has here, got 'tpu'"),
    (lambda: campaign.campaign('E1', 1, '/nonexistent', '/no/data'), V, "data must be an existing folder, got '/no/data'"),
    (lambda: campaign.campaign('E1', 1, '/nonexistent', at_once=0), V, "at_once must be at least 1, got 0")]

@pytest.mark.parametrize("call,error,text", BAD, ids=[text for *_, text in BAD])
def test_bad_input(call, error, text):
    with pytest.raises(Exception) as caught: call()
    assert type(caught.value) is error and text in str(caught.value)

COMMANDS = {
    'train': "No such command 'train'",
    'demo --epoch 3': "No such option: --epoch",
    'demo --seeds 0': "seeds must be at least 1, got 0",
    'demo --regime hard': "regime must be one of views, clean, noisy, deep; got 'hard'",
    'demo --reg strng': "got 'strng'",
    'demo --reg none --device tpu': "device must be one torch has here, got 'tpu'",
    'list E99': "no experiment 'E99'; did you mean E9?",
    'table T9': "no experiment 'T9'",
    'run V99': "no run 'V99'; did you mean V9?",
    'run V1 --set clip': "--set takes field=value, got 'clip'",
    'run V1 --set clp=1': "no field 'clp'; did you mean clip?",
    'run V1 --seed x': "Invalid value for '--seed'",
    'check x.json': "known must be an existing folder, got 'results'",
    'campaign E1': "Missing option '--budget-minutes'"}

@pytest.mark.parametrize("line", COMMANDS)
def test_bad_command(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught: main(line.split())
    err = capsys.readouterr().err
    assert caught.value.code == 2 and err.startswith('sigreg: ') and err.count('\n') == 1 and COMMANDS[line] in err
    assert not list(tmp_path.iterdir()), 'refused before anything was written'

def test_a_sample_of_generated_command_lines():
    "All of them, some 900, run weekly: `python tests/bad_commands.py`."
    every = list(bad_commands.lines())
    assert len(every) > 472
    said = {" ".join(line): bad_commands.wrong(line, named) for line, named in random.Random(0).sample(every, 80)}
    assert not {line[:100]: why for line, why in said.items() if why}

def test_every_option_has_bad_values():
    assert {name for _, name, _, flag in bad_commands.commands() if not flag} <= set(bad_commands.BAD) | set(bad_commands.FREE)

def test_a_sample_of_generated_arguments():
    "All of them, some 2,100, run weekly: `python tests/bad_arguments.py`."
    every = random.Random(0).sample(list(bad_arguments.calls(some=40)), 200)
    said = {(name, p, str(value)):bad_arguments.wrong(name, f, args, p, value) for name, f, args, p, value in every}
    assert sum(why is not None for why in said.values()) > 150              # the others were taken
    bad = {call:why for call, why in said.items() if why}
    assert not bad
