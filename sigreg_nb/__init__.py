__version__ = "0.1.0"

from .attach import (Attached, SIGRegTrainerMixin, attach, before_relu, convert_weight, lightning_callback,
                     log_sites)
from .exact import Synced, microbatched
from .losses import LOSSES, Loss
from .strong import StrongSIGReg, strong_floor, strong_sigreg
from .taps import Taps
from .vcreg_layer import VCRegLayer, vcreg_total
from .vcreg_loss import VCReg, vcreg, vcreg_floor
from .weak import WeakSIGReg, weak_floor, weak_sigreg

__all__ = ['LOSSES', 'Attached', 'Loss', 'SIGRegTrainerMixin', 'StrongSIGReg', 'Synced', 'Taps', 'VCReg', 'VCRegLayer',
           'WeakSIGReg', 'attach', 'before_relu', 'convert_weight', 'lightning_callback', 'log_sites', 'microbatched',
           'strong_floor', 'strong_sigreg', 'vcreg', 'vcreg_floor', 'vcreg_total', 'weak_floor', 'weak_sigreg']
