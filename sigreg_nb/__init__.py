"""Regularizers against feature collapse: Strong SIGReg, Weak-SIGReg and VCReg, tested and measured in a book.

Losses on features z, (n, d):      strong_sigreg(z), weak_sigreg(z), vcreg(z); more in LOSSES, each a Loss('name')
As modules with their own seeds:   StrongSIGReg(), WeakSIGReg(), VCReg(); VCRegLayer() is a layer of a network
The value that is left by chance:  strong_floor(n), weak_floor(n, d), vcreg_floor(n, d)
On any model, by module names:     reg = attach(model, 'blocks.*', WeakSIGReg(), weight=.1); loss = reg(task_loss)
In Lightning and Hugging Face:     lightning_callback(…), SIGRegTrainerMixin; log_sites(writer, reg, step)
Several processes, micro-batches:  Synced(loss), microbatched(…); features by hand: Taps(model, 'blocks.*')
Weights of other code bases:       convert_weight(…); a first one: suggest_weight(model, batch, loss, sites, reg)
Is it collapsing?                  Watch(model, sites) while it trains; doctor(model, batch) once

Chapters are modules: sigreg_nb.collapse measures a cloud, sigreg_nb.probes tests features, sigreg_nb.train has a loop.
The command line is `sigreg --help`; the book is https://sigreg-nb.github.io/sigreg_nb.
"""
__version__ = "0.1.0"

import sys
import warnings
from importlib import import_module
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING

from .docs import document

if TYPE_CHECKING:  # at run time each name is imported when it is first asked for, and PyTorch with it
    from .attach import (Attached, SIGRegTrainerMixin, attach, before_relu, convert_weight, lightning_callback,
                         log_sites)
    from .exact import Synced, microbatched
    from .objective import LOSSES, Loss
    from .strong import StrongSIGReg, strong_floor, strong_sigreg
    from .suggest import suggest_weight
    from .symptoms import doctor
    from .taps import Taps
    from .vcreg_layer import VCRegLayer, vcreg_total
    from .vcreg_loss import VCReg, vcreg, vcreg_floor
    from .watch import Watch
    from .weak import WeakSIGReg, weak_floor, weak_sigreg

__all__ = ['LOSSES', 'Attached', 'Loss', 'SIGRegTrainerMixin', 'StrongSIGReg', 'Synced', 'Taps', 'VCReg', 'VCRegLayer',
           'Watch', 'WeakSIGReg', 'attach', 'before_relu', 'convert_weight', 'doctor', 'lightning_callback', 'log_sites',
           'microbatched', 'strong_floor', 'strong_sigreg', 'suggest_weight', 'vcreg', 'vcreg_floor', 'vcreg_total',
           'weak_floor', 'weak_sigreg']

_HOME = {name: module for module, names in dict(
    attach='Attached SIGRegTrainerMixin attach before_relu convert_weight lightning_callback log_sites',
    exact='Synced microbatched', objective='LOSSES Loss', strong='StrongSIGReg strong_floor strong_sigreg',
    suggest='suggest_weight', symptoms='doctor', taps='Taps',
    vcreg_layer='VCRegLayer vcreg_total', vcreg_loss='VCReg vcreg vcreg_floor',
    watch='Watch', weak='WeakSIGReg weak_floor weak_sigreg').items() for name in names.split()}

_MOVED = {module: {old: (home, new or old) for home, names in homes.items() for name in names.split()
                   for old, _, new in [name.partition('=')]} for module, homes in dict(
    campaign=dict(checks='check_device check_folder'),
    cli=dict(checks='check_device'),
    epps_pulley=dict(checks='as_weight level'),
    experiments=dict(controls='FixedWeak ShuffledWeak TracePenalty VCRegPrinted VariancePull',
                     measures='information neural_collapse predict shots subclass',
                     models='LayerScale mlp_control vit_control', objective='DeCov=_decov WLDReg=_wld',
                     rows='PUBLISHED ROWS in_precision published re_precision rows seeds triple vary'),
    losses=dict(objective='LOSSES Loss needs_rows'),
    notation=dict(checks='as_batch check_choice check_count check_positive full_precision transformed'),
    taps=dict(objective='COMBINE NoReg REGULARIZERS=LOSSES.modules additive make_regularizer=Loss mix'),
    train=dict(measures='MEASURES features logits', models='MODELS'),
    vit=dict(checks='check_divides'),
    weak=dict(moments='center covariance')).items()}  # until 0.3 the old place has them, and warns


class _Former(ModuleType):
    "A module that some names have left: who asks it for them is told where they are."
    def __getattribute__(self, name):
        home, new = _MOVED[super().__getattribute__('__name__').rpartition('.')[2]].get(name, (None, name))
        if home is None: return super().__getattribute__(name)
        warnings.warn(f'{name} is sigreg_nb.{home}.{new} now; {self.__name__} has it until 0.3',
                      DeprecationWarning, stacklevel=2)
        return attrgetter(new)(import_module(f'.{home}', __name__))


class _Package(ModuleType):
    "Finds public names and chapters when they are asked for."
    def __getattr__(self, name):
        if name in _HOME:
            self.__dict__[name] = getattr(import_module(f'.{_HOME[name]}', __name__), name)
            return self.__dict__[name]
        if not name.startswith('_'):
            try: return import_module(f'.{name}', __name__)
            except ModuleNotFoundError as e:
                if e.name != f'{__name__}.{name}': raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __setattr__(self, name, value):
        """A module that has been imported says in its docstrings what the comments of its source say.

        `cli` does not: its docstrings are what `sigreg COMMAND --help` shows, which lists options by itself. `attach` is the function: Python would put the module of that name in its place when it has imported it.
        """
        if isinstance(value, ModuleType) and name not in ('docs', 'cli'): document(value)
        if isinstance(value, ModuleType) and name in _MOVED: value.__class__ = _Former
        if name in __all__ and isinstance(value, ModuleType): value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self): return [*__all__, '__version__']


sys.modules[__name__].__class__ = _Package
