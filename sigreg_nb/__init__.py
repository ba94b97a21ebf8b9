__version__ = "0.1.0"

from .attach import attach, convert_weight
from .exact import Synced, microbatched
from .losses import LOSSES, Loss
from .strong import StrongSIGReg, strong_floor, strong_sigreg
from .taps import Taps
from .vcreg_layer import VCRegLayer
from .vcreg_loss import VCReg, vcreg, vcreg_floor
from .weak import WeakSIGReg, weak_floor, weak_sigreg

__all__ = ['LOSSES', 'Loss', 'StrongSIGReg', 'Synced', 'Taps', 'VCReg', 'VCRegLayer', 'WeakSIGReg', 'attach',
           'convert_weight', 'microbatched', 'strong_floor', 'strong_sigreg', 'vcreg', 'vcreg_floor', 'weak_floor', 'weak_sigreg']
