"The script of the site: tables of more than ten rows are sorted by a click or a key, shorter ones are left alone."
import json, os, shutil, subprocess
from book import NBS, ROOT

CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

def table(name, rows):
    body = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows)
    return f'<table id="{name}"><thead><tr><th>run</th><th>top1</th></tr></thead><tbody>{body}</tbody></table>'

def test_long_tables_sort(needs, tmp_path):
    needs(CHROMIUM and shutil.which("node") and (ROOT/"node_modules"/"playwright-core").exists(), "needs node, playwright-core and chromium")
    rows = [(f"V{i}", f"{(37*i) % 101 - 50:.1f} ± 0.3".replace("-", "−")) for i in range(1, 13)]
    page = tmp_path/"page.html"
    page.write_text(f'<!doctype html><meta charset="utf-8">{table("long", rows)}{table("short", rows[:10])}{(NBS/"site.html").read_text()}')
    done = subprocess.run(["node", "tests/sortable.mjs", page], cwd=ROOT, text=True, capture_output=True, timeout=120,
                          env={**os.environ, "CHROMIUM": CHROMIUM})
    assert done.returncode == 0, done.stderr[-2000:]
    got = json.loads(done.stdout)
    keys = {"run": str, "top1": lambda text: float(text.split()[0].replace("−", "-"))}
    for s in got["sorted"]:
        column = [r[s["name"] == "top1"] for r in rows]
        assert s["shown"] == s["direction"]
        assert s["values"] == sorted(column, key=keys[s["name"]], reverse=s["direction"] == "descending"), s
    assert got["short"] == 0 and not got["errors"]
