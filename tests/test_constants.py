"Constants that the book prints, enclosed by interval arithmetic: every printed digit is one of the number's own."
import importlib.util, re
import pytest
from book import NBS, cells, prose

def shown(stem, pattern):
    "What a chapter prints where `pattern` fits, in its text or its tables."
    text = prose(NBS/f"{stem}.ipynb") + "\n".join("".join(o.get("data", {}).get("text/plain", "")) for _, outputs in cells(NBS/f"{stem}.ipynb", "code") for o in outputs)
    found = re.findall(pattern, text)
    assert found, f"{stem} prints no {pattern} any more: move or drop its line here"
    return found

def has_digits(text, ball):
    "Is every number of the ball rounded to `text`?"
    from flint import arb
    half = arb(10)**-len(text.partition(".")[2])/2
    return bool(abs(ball - arb(text)) <= half)

class Balls:
    "The constants from their formulas, every operation rounded outwards."
    def __init__(self):
        from flint import arb
        self.arb, self.pi, one = arb, arb.pi(), arb(1)
        root = (2*self.pi).sqrt()
        self.null = root*(1 - 1/arb(3).sqrt())                           # ∫(1 - φ²)φ
        self.collapse = root*(1 - arb(2).sqrt() + 1/arb(3).sqrt())       # ∫(1 - φ)²φ
        self.far = root/arb(3).sqrt()                                    # ∫φ³
        self.periods = {"weak-sigreg": 2*self.pi/(arb(10)/16), "lejepa": 2*self.pi/(arb(6)/32)}

    def on_grid(self, f, top, m, skip_zero=False):
        "Trapezoid sum of f(φ)·φ over m knots of [-top, top]."
        h, total = self.arb(2*top)/(m - 1), self.arb(0)
        for i in range(m):
            t = -self.arb(top) + i*h
            phi = (-t*t/2).exp()
            if not (skip_zero and 2*i == m - 1): total += h*f(phi)*phi/(1 if 0 < i < m - 1 else 2)
        return total

    def tipping(self, rho, point, floor):
        return rho/2/(rho/2 + point - floor)

    def hinge(self, n):
        "Mean of max(0, 1 - s) for n normal numbers, s² their variance."
        arb, v = self.arb, self.arb(n - 1)
        mean = (2/v).sqrt()*((v + 1)/2).gamma()/(v/2).gamma()
        return (v/2).gamma_lower(v/2, regularized=1) - mean*(v/2).gamma_lower((v + 1)/2, regularized=1)

@pytest.fixture
def balls(needs):
    needs(importlib.util.find_spec("flint"), "needs python-flint")
    return Balls()

def test_floor_collapse_plateau_and_period(balls):
    square = lambda phi: phi*phi
    for stem, pattern, ball in (
            ("12_epps_pulley", r"approx (1\.\d+), \\quad \\text\{for every", balls.null), ("20_strong", r"= (1\.05\d+)\$ for every \$n\$", balls.null),
            ("20_strong", r"floor of\s(1\.\d+) for every batch", balls.null), ("20_strong", r"(0\.40\d+)\\,n", balls.on_grid(lambda phi: (1 - phi)**2, 5, 17)),
            ("20_strong", r"(0\.40\d+)\\,n", balls.collapse), ("20_strong", r"gives \$(1\.4\d+)\\,n\$", balls.far),
            ("20_strong", r"(0\.82\d+)\\,n", balls.on_grid(square, 5, 17, skip_zero=True)), ("00_story", r"\$s = (10\.\d+)\$", balls.periods["weak-sigreg"])):
        for text in shown(stem, pattern): assert has_digits(text, ball), (stem, text, ball)

def test_periods_of_the_grids(balls):
    source = "".join(s for s, _ in cells(NBS/"12_epps_pulley.ipynb", "code"))
    printed = re.search(r"grid_period\(g\) for g in GRIDS\], \[(10\.\d+), (33\.\d+)\]", source).groups()
    for text, ball in zip(printed, balls.periods.values(), strict=True): assert has_digits(text, ball), (text, ball)

def test_tipping_points(balls):
    arb, n, d = balls.arb, 256, 64
    states = {"strong": (n*balls.on_grid(lambda phi: (1 - phi)**2, 3, 33), balls.on_grid(lambda phi: 1 - phi*phi, 3, 33)),
              "weak": (arb(8), (lambda V: (V*d/(d + V)).sqrt())(arb(d*(d + 1))/(n - 1))),
              "vcreg": (arb(1), balls.hinge(n) + arb(2*(d - 1))/25/(n - 1))}
    for arm, (point, floor) in states.items():
        row, = shown("70_lejepa", rf"\n{arm} +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +[\d.]+")
        for text, ball in zip(row, (point, floor, balls.tipping(arb(1), point, floor), balls.tipping(arb(1)/5, point, floor))):
            assert has_digits(text, ball), (arm, text, ball)

def test_a_wrong_digit_is_seen(balls):
    assert has_digits("1.0594", balls.null) and not has_digits("1.0595", balls.null) and not has_digits("1.05942", balls.null)
