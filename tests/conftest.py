"A closing line that says how many checks passed."
import os
import pytest

def pytest_unconfigure(config):
    if hasattr(config, "workerinput"): return
    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    count = {kind: len(stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
    print(f"{count['passed']} passed, {count['failed'] + count['error']} failed{skipped}")

@pytest.fixture
def needs():
    "Skip where a tool is missing; in CI nothing may be missing."
    def need(found, reason):
        if not found: (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return need
