"Read by mypy, not run: what the public interface promises. An ignore that is not needed is an error."
from torch import Tensor, nn, randn

from sigreg_nb import StrongSIGReg, Taps, WeakSIGReg, strong_floor, strong_sigreg, vcreg, weak_sigreg

z: Tensor = randn(8, 4)
loss: Tensor = strong_sigreg(z, num_slices=16, grid='lejepa') + weak_sigreg(z, form='squared') + vcreg(z, delta=.1)
floor: float = strong_floor(8) + StrongSIGReg().floor(8, 4)
with Taps(nn.Linear(4, 4), '**') as taps: total: Tensor = taps.mean(WeakSIGReg())

strong_sigreg(z, num_slices='many')  # type: ignore[arg-type]
weak_sigreg(z, formm='squared')      # type: ignore[call-arg]
n: str = strong_floor(8)             # type: ignore[assignment]
