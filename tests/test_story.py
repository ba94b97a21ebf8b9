"The visual story: its script agrees with sigreg_nb, and every control works in a browser without a network."
import json, os, re, shutil, subprocess
from functools import cache, partial
import pytest, torch
from book import NBS, ROOT, cells
from sigreg_nb import story
from sigreg_nb.collapse import participation_ratio, spread
from sigreg_nb.epps_pulley import ecf, epps_pulley, epps_pulley_exact, quadrature
from sigreg_nb.slices import counter_normal
from sigreg_nb.strong import strong_sigreg
from sigreg_nb.vectors import read_vectors
from sigreg_nb.weak import weak_floor, weak_noise, weak_shrinkage, weak_sigreg

NAMES = "hero collapse clouds gaussian shadow unfold sketch place".split()
PARTS = [f"story-{part}" for part in NAMES]
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
f64 = partial(torch.tensor, dtype=torch.float64)

@cache
def data(part): return getattr(story, f"{part}_data")()

def close(a, b, tol=1e-6):
    a, b = (torch.as_tensor(x, dtype=torch.float64) for x in (a, b))
    torch.testing.assert_close(a, b, rtol=tol, atol=tol)

def node(*args, stdin=None):
    done = subprocess.run(["node", "tests/story.mjs", *map(str, args)], cwd=ROOT, input=stdin, text=True, capture_output=True,
                          timeout=240, env={**os.environ, "CHROMIUM": CHROMIUM or ""})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)

def check(cases, tol=1e-9):
    "Each call of the script gives what Python gives."
    for (call, expected), value in zip(cases, node("formulas", stdin=json.dumps([call for call, _ in cases]))):
        try: close(value, expected, tol)
        except AssertionError as e: raise AssertionError(f"{call[0]}: {e}") from None

def test_script_computes_what_python_computes(needs):
    needs(shutil.which("node"), "needs node")
    g = torch.Generator().manual_seed(0)
    u, z = torch.randn(50, generator=g).double()*1.3, torch.randn(20, 6, generator=g).double()
    a, stream = torch.randn(6, generator=g).double(), lambda seed, step: counter_normal(
        7, 3, seed=torch.tensor(seed), step=torch.tensor(step), dtype=torch.float64)
    phi, x = ecf(u, f64([.7]))[0], story.story_cloud(40)
    check([(["eppsPulley", u.tolist()], epps_pulley(u)), (["eppsPulley", u.tolist(), 3, 33], epps_pulley(u, "lejepa")),
           (["eppsPulley", u.tolist(), 4, 10], epps_pulley(u, (4., 10))), (["eppsPulleyExact", u.tolist()], epps_pulley_exact(u)),
           (["ecf", u.tolist(), .7], torch.stack([phi.real, phi.imag])), (["project", z.tolist(), a.tolist()], z @ a),
           (["covariance", z.tolist()], torch.cov(z.T)), (["rank", z.tolist()], participation_ratio(z)), (["size", z.tolist()], spread(z)),
           *((["normals", 21, s, t], stream(s, t).flatten()) for s, t in ((0, 0), (4, 9), (2**40, 3))),
           (["cloud"], story.story_cloud()), (["features"], story.story_cloud(256, 64)),
           (["directions", 60], story.story_slices().T), (["directions", 32, 5], story.story_slices(32, 5).T),
           *((["shape", name, x.tolist()], cloud) for name, cloud in story.story_clouds(x).items())])
    for n, d, k in ((16, 64, 4), (200, 64, 64), (50, 8, 64)):
        got = node("formulas", stdin=json.dumps([["weakTheory", n, d, k]]))[0]
        close([got["V"], got["shrinkage"], got["floor"]], [weak_noise(n, d, k), weak_shrinkage(n, d, k), weak_floor(n, d, k, form="squared")], 1e-9)

def test_gradients_of_the_descent_pass_the_golden_vectors(needs):
    needs(shutil.which("node"), "needs node")
    named = {v["name"]: v for v in read_vectors()}
    cases = [(named[name], loss) for name, loss in (("strong", "strong"), ("strong-two", "strong"), ("strong-far", "strong"), ("strong-collapsed", "strong"),
             ("weak-squared", "weak"), ("vcreg", "vcreg"), ("vcreg-wide", "vcreg"), ("vcreg-line", "vcreg"))]
    calls = [["lossOf", loss, v["z"], list(map(list, zip(*v["A"]))) if "A" in v else None] for v, loss in cases]
    for (v, _), got in zip(cases, node("formulas", stdin=json.dumps(calls)), strict=True):
        close(got["value"], v["value"], 1e-11)
        close(got["G"], v["gradient"], 1e-11)

def test_script_descends_as_python_does(needs):
    "Value and gradient of the three losses, and thirty steps of the descent, from clouds that are thin, exact, narrow and wide."
    needs(shutil.which("node"), "needs node")
    A, calls, expected, steps = story.story_slices(), [], [], []
    for start in story.story_starts().values():
        for reg, loss in story.LOSSES.items():
            x = start[:40].clone().requires_grad_()
            value = loss(x)
            calls.append(["lossOf", reg, x.tolist(), A.T.tolist()])
            expected.append((value.detach(), torch.autograd.grad(value, x)[0]))
            steps.append((["fall", start[:40].tolist(), reg, 7], story.fall(start[:40], reg, 7)))
    for call, got, (value, G) in zip(calls, node("formulas", stdin=json.dumps(calls)), expected):
        close(got["value"], value, 1e-9); close(got["G"], G, 1e-8)
    check(steps)

@pytest.fixture(scope="module")
def page(tmp_path_factory):
    "The moving outputs of the chapter and the numbers in its text as one page; beside it each part alone, as in Colab."
    folder, body = tmp_path_factory.mktemp("story"), []
    notebook = json.loads((NBS/"00_story.ipynb").read_text())
    for c in notebook["cells"]:
        if c["cell_type"] == "markdown": body += [f"<p>{span}</p>" for span in re.findall(r'<span class="sgs-scrub.*?</span>', "".join(c["source"]))]
        html = ["".join(o.get("data", {}).get("text/html", "")) for o in c.get("outputs", [])]
        body += [h for h in html if 'id="story-' in h]
    whole = lambda inner: ('<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The visual story</title>'
        '<style>@media (prefers-color-scheme:dark) { body { background:#181a1b; color:#eee } }</style>'
        f'<body style="margin:8px auto;max-width:780px;font-family:sans-serif">{inner}</body></html>')
    for part in NAMES: (folder/f"{part}.html").write_text(whole(story.widget(part, data(part), whole=True)))
    (folder/"frames.html").write_text(whole("".join(f'<iframe src="{part}.html" title="{part}"></iframe>' for part in NAMES)))
    path = folder/"page.html"
    path.write_text(whole("\n".join(body)))
    return path

def hero(v):
    T = epps_pulley(story.story_clouds()[v["cloud"]] @ story.story_slices()[:, :v["count"]])
    return dict(score=T[v["shown"]-1], mean=T.mean())

def collapse(v):
    a, b = story.collapsed(v["collapse"])
    return dict(apart=(a - b).square().sum(1).mean(), rank=participation_ratio(a), score=strong_sigreg(a, A=story.story_slices()),
                dead=sum(max(0, k - v["collapse"]) < .05 for k in (1, 2, 3)))

def clouds(v): return dict(mean=epps_pulley(story.story_clouds()[v["cloud"]] @ story.story_slices()).mean())

def gaussian(v):
    s, k = v["stretch"], 10
    away, scale = story.story_cloud(256, 2) - f64([.8, -.4]), story.stretch_scales(s)
    W, truth = story.linear_probes(s)
    return dict(reach=away.norm(dim=1)[(away*scale).norm(dim=1).topk(k, largest=False).indices].max(), center=W[:40, :, 4].mean(0),
                linear=[2*e for e in story.bias_variance(W, truth)], knn=story.bias_variance(*story.knn_probes(s)))

def shadow(v):
    side = 2*(torch.arange(v["n"]) % 2) - 1
    u, (t, W) = story.story_cloud(v["n"]) @ f64(v["a"]) + v["s"]*side, quadrature(dtype=torch.float64)
    phi, at, terms = torch.exp(-t**2/2), ecf(u, f64([v["t"]]))[0], (ecf(u, t) - torch.exp(-t**2/2)).abs()**2*W
    return dict(cos=at.real, sin=at.imag, target=torch.exp(f64(-v["t"]**2/2)), area=len(u)*terms[t <= v["t"] + 1e-9].sum(),
                score=epps_pulley(u), exact=epps_pulley_exact(u), expected=W @ (1 - phi**2 + len(u)*phi**2*((t*v["s"]).cos() - 1)**2))

def unfold(v):
    now = {reg: story.unfold(story.story_starts()[v["start"]], reg, v["step"]) for reg in story.LOSSES}
    values = dict(loss={r: story.LOSSES[r](z) for r, z in now.items()}, rank={r: participation_ratio(z) for r, z in now.items()},
                  size={r: spread(z) for r, z in now.items()})
    return {key: [float(x) for x in value.values()] for key, value in values.items()}

def sketch(v):
    z, S = story.sketch_batch(v["n"], v["k"], v["step"])
    k, V = v["k"], weak_noise(v["n"], 64, v["k"])
    return dict(loss=weak_sigreg(v["v"]**.5*z, k, "squared", S=S), expected=v["v"]**2*(k + V) - 2*v["v"]*k + k,
                shrinkage=weak_shrinkage(v["n"], 64, k), floor=weak_floor(v["n"], 64, k, form="squared"))

def place(v): return dict(step=story.place_data()["steps"].index(v["text"]))

STATE = "cloud count shown collapse stretch t n s a start step k v text".split()
KNOWN = {}                                    # what Python says, for both widths

def agree(reading):
    "What a part shows in one state is what Python computes."
    part, v = reading["part"].removeprefix("story-"), reading["values"]
    assert all(label and len(label) > 20 and "NaN" not in label for label in reading["labels"]), reading
    key = part, json.dumps({k: x for k, x in v.items() if k in STATE})
    if key not in KNOWN: KNOWN[key] = globals()[part](v)
    for name, expected in KNOWN[key].items():
        got = list(v[name].values()) if isinstance(v[name], dict) else v[name]
        close(got, expected, dict(gaussian=6e-4).get(part, 1e-5))       # errors are embedded with four decimals
    shown = dict(hero=("score", "mean"), collapse=("rank", "score"), clouds=("mean",), shadow=("score", "exact", "area"),
                 sketch=("loss", "shrinkage", "floor"), gaussian=("reach",))
    for name in shown.get(part, ()):
        assert f"{v[name]:.2f}" in reading["text"].replace("−", "-") or "Guess" in reading["text"], (name, reading)

@pytest.mark.parametrize("width", [1280, 390])
def test_every_control_in_a_browser(page, width, needs):
    needs(shutil.which("node") and (ROOT/"node_modules"/"playwright-core").exists(), "needs node and npm (playwright-core)")
    needs(CHROMIUM, "needs chromium")
    assert page.stat().st_size < 150_000
    out = node("browser", page, width, os.environ.get("STORY_PICTURES", ""))
    assert out["parts"] == out["again"] == PARTS
    assert not out["errors"] and not out["requests"]
    assert out["wide"] <= width and out["bare"] == 0 and not out["small"]
    assert out["motion"] == dict(name="Play", dark=len(PARTS))
    for reading in out["readings"]: agree(reading)
    changed = {(a["part"], r["control"].split()[0]) for a, r in zip(out["readings"], out["readings"][1:])
               if a["part"] == r["part"] and a["values"] != r["values"]}
    assert {control for _, control in changed} >= {"Add", "line", "slices", "shown", "collapse", "Ring", "stretch", "t", "n", "s", "far", "step", "k", "v", "New"}

    h = out["hero"]                           # the first screen: below a head of 190 pixels everything that counts is visible
    assert h["fold"] <= (844 if width < 600 else 900) - 190 and h["turns"]
    assert h["redraw"] < 50, "milliseconds; 2 on an idle machine"
    rest = out["rest"]
    assert (rest["name"], rest["step"], rest["dark"], rest["turns"]) == ("Go to the end", story.DESCENT, 0, False)
    for number, value in (h["one"], h["two"], rest["shows"]): assert number == f"{value:.2f}"
    assert h["before"] == h["one"][0] != h["two"][0], "the score joins the mean only when the points have fallen"
    assert h["picked"] == 1 and (h["knob"]["shown"], h["knob"]["count"]) == (2, 2)
    assert not h["above"]["docked"] and h["below"] == dict(docked=True, inside=True, says="one point") and not h["again"]["docked"]

    for r in out["text"]:                     # a number in the text and its slider show the same and move together
        values = [state[0] for state in r["states"]]
        assert r["role"] == "slider" and all(a == b for _, a, b in r["states"]), r
        assert all(a < b for a, b in zip(values[1:], values[2:])), r
    assert sum(len(r["states"]) == 4 for r in out["text"]) == len({r["span"].split("-")[0] for r in out["text"]}) >= 5
    asked = {part: data(part)["guess"] for part in NAMES if "guess" in data(part)}
    assert set(out["asked"]["told"]) == {f"story-{part}" for part in asked} and out["asked"]["pressed"] == "true" and out["asked"]["veiled"] == [4, 0]
    for part, guess in asked.items():
        told = out["asked"]["told"][f"story-{part}"]
        assert told["right"] == [guess["options"][guess["answer"]]]
        assert [s.startswith("Yes") for s in told["told"]] == [i == guess["answer"] for i in range(len(guess["options"]))]
        assert all(guess["because"] in s for s in told["told"])
