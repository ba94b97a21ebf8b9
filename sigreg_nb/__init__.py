__version__ = "0.1.0"

from .strong import StrongSIGReg, strong_floor, strong_sigreg
from .taps import Taps
from .vcreg_layer import VCRegLayer
from .vcreg_loss import VCReg, vcreg, vcreg_floor
from .weak import WeakSIGReg, weak_floor, weak_sigreg

__all__ = ['StrongSIGReg', 'Taps', 'VCReg', 'VCRegLayer', 'WeakSIGReg', 'strong_floor', 'strong_sigreg',
           'vcreg', 'vcreg_floor', 'weak_floor', 'weak_sigreg']
