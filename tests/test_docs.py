"What help says of every public name, and that its examples run."
import doctest, importlib, inspect, subprocess, sys
import pytest
import sigreg_nb
from book import ROOT
from sigreg_nb import docs

NEEDED = {"lightning_callback": "lightning", "SIGRegTrainerMixin": "transformers"}  # an import takes seconds
MODULES = dict(line.split(": ") for line in (ROOT/"tests"/"public_api.txt").read_text().splitlines())

@pytest.mark.parametrize("name", sigreg_nb.__all__)
def test_the_example_runs(name, needs):
    if name in NEEDED: needs(importlib.util.find_spec(NEEDED[name]), f"needs {NEEDED[name]}")
    test, said = doctest.DocTestParser().get_doctest(docs.example(name), {}, name, None, 0), []
    assert len(test.examples) > 1
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)

@pytest.mark.parametrize("name", [m for m in MODULES if m != "sigreg_nb"])
def test_help_names_every_parameter(name):
    module = importlib.import_module(f"sigreg_nb.{name}")
    docs.document(module)
    for public in module.__all__:
        thing = getattr(module, public)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)) or not thing.__module__.endswith(f".{name}"): continue
        if inspect.isclass(thing) and not getattr(thing.__init__, "__module__", "sigreg_nb").startswith("sigreg_nb"): continue
        if inspect.isclass(thing) and issubclass(thing, BaseException) and "__init__" not in vars(thing): continue  # has no signature
        text, parameters = inspect.getdoc(thing), inspect.signature(thing).parameters.values()
        where = f"{name}.{public}: {text}"
        assert "\n\nNotes\n-----\n" in text, where
        head = text.partition("\n\nNotes\n")[0].partition("Parameters\n----------\n")[2].splitlines()
        for p in parameters:
            line = next((h for h in head if h.lstrip("*").partition(" : ")[0] == p.name), None)
            assert line is not None, f"{p.name} of {where}"
            shown = p.default is not p.empty and "factory" not in repr(p.default)
            assert ("default " in line) == shown, f"{line} of {where}"

def test_help_in_a_new_process_says_all():
    code = "import sigreg_nb; help(sigreg_nb.attach); help(sigreg_nb.WeakSIGReg.__init__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "weight : float, default 0.1\n        λ" in done.stdout and "sketch_dim : int, default 64" in done.stdout

def test_the_address_of_the_book_is_that_of_the_settings():
    settings = (ROOT/"settings.ini").read_text()
    host, base = (settings.split(f"{key} = ")[1].splitlines()[0] for key in ("doc_host", "doc_baseurl"))
    assert docs.BOOK == host + base
