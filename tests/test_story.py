"The visual story: its script agrees with sigreg_nb, and every control works in a browser without a network."
import json, os, shutil, subprocess
from functools import partial
import pytest, torch
from book import NBS, ROOT, cells
from sigreg_nb import story
from sigreg_nb.collapse import participation_ratio, spread
from sigreg_nb.epps_pulley import ecf, epps_pulley, epps_pulley_exact, quadrature
from sigreg_nb.slices import counter_normal
from sigreg_nb.weak import weak_floor, weak_noise, weak_shrinkage, weak_sigreg

PARTS = [f"story-{part}" for part in ("slices", "gaussian", "shadow", "unfold", "sketch", "place")]
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
f64 = partial(torch.tensor, dtype=torch.float64)

def close(a, b, tol=1e-6):
    a, b = (torch.as_tensor(x, dtype=torch.float64) for x in (a, b))
    torch.testing.assert_close(a, b, rtol=tol, atol=tol)


def node(*args, stdin=None):
    done = subprocess.run(["node", "tests/story.mjs", *map(str, args)], cwd=ROOT, input=stdin, text=True, capture_output=True,
                          timeout=240, env={**os.environ, "CHROMIUM": CHROMIUM or ""})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)

def test_script_computes_what_python_computes(needs):
    needs(shutil.which("node"), "needs node")
    g = torch.Generator().manual_seed(0)
    u, z = torch.randn(50, generator=g).double()*1.3, torch.randn(20, 6, generator=g).double()
    a, stream = torch.randn(6, generator=g).double(), lambda seed, step: counter_normal(
        7, 3, seed=torch.tensor(seed), step=torch.tensor(step), dtype=torch.float64)
    phi = ecf(u, f64([.7]))[0]
    cases = [(["eppsPulley", u.tolist()], epps_pulley(u)), (["eppsPulley", u.tolist(), 3, 33], epps_pulley(u, "lejepa")),
             (["eppsPulley", u.tolist(), 4, 10], epps_pulley(u, (4., 10))), (["eppsPulleyExact", u.tolist()], epps_pulley_exact(u)),
             (["ecf", u.tolist(), .7], torch.stack([phi.real, phi.imag])), (["project", z.tolist(), a.tolist()], z @ a),
             (["covariance", z.tolist()], torch.cov(z.T)), *((["normals", 21, s, t], stream(s, t).flatten()) for s, t in ((0, 0), (4, 9), (2**40, 3)))]
    for (call, expected), value in zip(cases, node("formulas", stdin=json.dumps([call for call, _ in cases]))): close(value, expected, 1e-9)
    for n, d, k in ((16, 64, 4), (200, 64, 64), (50, 8, 64)):
        got = node("formulas", stdin=json.dumps([["weakTheory", n, d, k]]))[0]
        close([got["V"], got["shrinkage"], got["floor"]], [weak_noise(n, d, k), weak_shrinkage(n, d, k), weak_floor(n, d, k, form="squared")], 1e-9)

@pytest.fixture(scope="module")
def page(tmp_path_factory):
    "The outputs of the chapter as one page, with nothing around them."
    outputs = [o for _, outs in cells(NBS/"00_story.ipynb", "code") for o in outs]
    body = "\n".join("".join(o["data"]["text/html"]) for o in outputs if "sigregStory" in "".join(o.get("data", {}).get("text/html", "")))
    path = tmp_path_factory.mktemp("story")/"page.html"
    path.write_text('<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
                    f'<title>The visual story</title><body style="margin:8px auto;max-width:780px;font-family:sans-serif">{body}</body></html>')
    return path

def slices(v, data=story.slices_data()):
    z, A = torch.tensor(data["clouds"][v["cloud"]]).double()/100, torch.tensor(data["slices"][:v["count"]]).double().T/1e4
    T = epps_pulley(z @ A)
    return dict(score=T[-1], mean=T.mean())

def gaussian(v):
    s, k = v["stretch"], 10
    facts = counter_normal(200, 2, seed=torch.tensor(2), step=torch.tensor(0), dtype=torch.float64)
    away, scale = facts - f64([.8, -.4]), story.stretch_scales(s)
    W, truth = story.linear_probes(s)
    return dict(reach=away.norm(dim=1)[(away*scale).norm(dim=1).topk(k, largest=False).indices].max(), center=W[:40, :, 4].mean(0),
                linear=[2*e for e in story.bias_variance(W, truth)], knn=story.bias_variance(*story.knn_probes(s)))

def shadow(v):
    u, (t, W) = story.shadow_values(v["n"], v["s"]), quadrature(dtype=torch.float64)
    phi, at, terms = torch.exp(-t**2/2), ecf(u, f64([v["t"]]))[0], (ecf(u, t) - torch.exp(-t**2/2)).abs()**2*W
    return dict(cos=at.real, sin=at.imag, target=torch.exp(f64(-v["t"]**2/2)), area=len(u)*terms[t <= v["t"] + 1e-9].sum(),
                score=epps_pulley(u), exact=epps_pulley_exact(u), expected=W @ (1 - phi**2 + len(u)*phi**2*((t*v["s"]).cos() - 1)**2))

ENDS = {}
def unfold(v):
    for reg in story.LOSSES:
        if (v["start"], reg) not in ENDS: ENDS[v["start"], reg] = story.unfold(story.story_starts()[v["start"]], reg)
    now = {reg: ENDS[v["start"], reg][story.STEPS.index(v["step"])] for reg in story.LOSSES}
    values = dict(loss={r: story.LOSSES[r](z) for r, z in now.items()}, rank={r: participation_ratio(z) for r, z in now.items()},
                  size={r: spread(z) for r, z in now.items()})
    return {key: [float(x) for x in value.values()] for key, value in values.items()}

def sketch(v):
    z, S = story.sketch_batch(v["n"], v["k"], v["step"])
    k, V = v["k"], weak_noise(v["n"], 64, v["k"])
    return dict(loss=weak_sigreg(v["v"]**.5*z, k, "squared", S=S), expected=v["v"]**2*(k + V) - 2*v["v"]*k + k,
                shrinkage=weak_shrinkage(v["n"], 64, k), floor=weak_floor(v["n"], 64, k, form="squared"))

def place(v): return dict(step=story.place_data()["steps"].index(v["text"]))

TOLERANCE = dict(gaussian=6e-4, unfold=.02)   # embedded with a few decimals

@pytest.mark.parametrize("width", [1280, 390])
def test_every_control_in_a_browser(page, width, needs, tmp_path):
    needs(shutil.which("node") and (ROOT/"node_modules"/"playwright-core").exists(), "needs node and npm (playwright-core)")
    needs(CHROMIUM, "needs chromium")
    assert page.stat().st_size < 300_000
    out = node("browser", page, width, os.environ.get("STORY_PICTURES", tmp_path))
    assert out["parts"] == PARTS and out["again"] == PARTS
    assert not out["errors"] and not out["requests"]
    assert out["wide"] <= width and out["bare"] == 0
    assert out["motion"] == dict(name="Play", calmName="Go to the end", calmStep=story.STEPS[-1])
    known = {}
    for r in out["readings"]:
        part, v = r["part"].removeprefix("story-"), r["values"]
        assert all(label and len(label) > 20 and "NaN" not in label for label in r["labels"]), r
        key = part, json.dumps({k: x for k, x in v.items() if k in ("cloud", "count", "stretch", "t", "n", "s", "start", "step", "k", "v", "text")})
        if key not in known: known[key] = globals()[part](v)
        for name, expected in known[key].items():
            got = list(v[name].values()) if isinstance(v[name], dict) else v[name]
            close(got, expected, TOLERANCE.get(part, 1e-6))
        shown = dict(slices=("score", "mean"), shadow=("score", "exact", "area"), sketch=("loss", "shrinkage", "floor"), gaussian=("reach",))
        for name in shown.get(part, ()):
            assert f"{v[name]:.2f}" in r["text"].replace("−", "-"), (name, r)
    changed = {(r["part"], r["control"].split()[0]) for a, r in zip(out["readings"], out["readings"][1:]) if a["values"] != r["values"]}
    assert {control for _, control in changed} >= {"turn", "line", "Add", "stretch", "t", "n", "s", "far", "frame", "k", "v", "New", "step", "scene"}
