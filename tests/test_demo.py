"The demo's setting: what a stranger runs first must not be a draw of the hardware."
import json
from dataclasses import replace
from pathlib import Path

import pytest

from sigreg_nb import demo
from sigreg_nb.ledger import load_all

RESULTS = Path(__file__).parents[1]/'results'
CLOSE, HELPLESS = 2., 2.5 # points; the deep network without help moves by 2.38

def by_variant(folder): return {p.name:load_all(p) for p in sorted(folder.iterdir())}

def test_the_setting_is_no_draw_of_the_hardware():
    "Two seeds, in every order of sums that this machine knows."
    arms = ('deep', 'strong'), ('views', 'weak')
    runs = [replace(demo.declared(*arm), seed=seed) for arm in arms for seed in range(2)]
    found = {variant:list(demo.under(runs, variant)) for variant in demo.VARIANTS}
    apart = demo.disagreement(demo.across(found))
    assert len(apart) == len(runs) and (apart <= CLOSE).all(), apart

def keeps(apart): return (apart <= apart.index.get_level_values("name").map({"deep-none": HELPLESS}).fillna(CLOSE)).all()

def test_the_measure_finds_a_draw():
    "The same question, put to the committed records of the first setting, has the other answer."
    folder = RESULTS/"demo_numerics"
    old = demo.disagreement(demo.across(by_variant(folder/"old")))
    new = {"one thread":load_all(RESULTS/"demo"), **by_variant(folder/"new")}
    new = demo.disagreement(demo.across(new))
    assert old.max() > 10*CLOSE and keeps(new), (old, new)

def test_the_reference_is_that_of_the_records():
    assert demo.reference() == demo.reference_of(load_all(RESULTS/'demo'))

def test_what_is_tuned_was_chosen_from_the_grid():
    for path in (RESULTS/'demo_grid').glob('*.json'):
        assert demo.choice(json.loads(path.read_text())) == demo.TUNED[path.stem], path.stem

@pytest.mark.parametrize('name', sorted(demo.TUNED))
def test_the_committed_runs_have_the_declared_settings(name):
    declared = demo.asdict(demo.declared(*name.split('-')))
    own = [r['run'] for r in load_all(RESULTS/'demo') if r['run']['name'] == name]
    seeds = sorted(r['seed'] for r in own)
    assert seeds == list(range(len(own))) and len(own) >= 3
    assert all(dict(r, seed=0) == declared for r in own)
