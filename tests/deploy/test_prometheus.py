"""Alarms and dashboard ask for what the app says, each alarm fires when it should, and the runbook has it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from digitlab.classroom.figures import Figures, Trainers
from ui.server import guards, metrics
from ui.server.memory import Memory

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "digitlab.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
PROMTOOL = shutil.which("promtool")


def metrics_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:digitlab|process)_\w+", re.sub(r'"[^"]*"', "", expression)))


@pytest.fixture
def exposed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of all that a server may say: with a limit, a PostgreSQL or an SQLite file, and sessions."""
    nobody = SimpleNamespace(get_stats=lambda families: {})
    server = SimpleNamespace(exists=lambda: True, get_instance=lambda: SimpleNamespace(stats_mgr=nobody))
    figures = Figures({"open": 1}, 1, 1, 1, 1, Trainers(1, 1.0), 1.0)
    monkeypatch.setenv(metrics.VARIABLE, "1")
    monkeypatch.setattr(metrics, "runtime", server)
    monkeypatch.setattr(metrics, "look", lambda: metrics.Found(figures, {"waiting": 1}))
    monkeypatch.setattr(metrics, "memory", lambda: Memory(1, 2))
    monkeypatch.setattr(guards, "kept_files", dict)
    metrics.start()
    assert metrics._registry is not None
    families = list(metrics._registry.collect())
    metrics.stop()
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
    return {family.name + ending for family in families for ending in endings.get(family.type, ("",))}


def test_alarms_and_panels_ask_for_what_there_is(exposed: set[str]) -> None:
    asked = [rule["expr"] for rule in RULES]
    asked += [target["expr"] for panel in PANELS for target in panel["targets"]]
    for expression in asked:
        assert metrics_in(expression) <= exposed, expression
        assert 'job="digitlab"' in expression
    shown = set().union(*(metrics_in(expression) for expression in asked))
    unseen = {name for name in exposed - shown if not name.endswith(("_count", "_sum"))}
    assert unseen == {"process_virtual_memory_bytes"}, "what nobody looks at needn't be said"


def test_every_alarm_is_in_the_runbook_and_nothing_else() -> None:
    alarms = [rule["alert"] for rule in RULES]
    section = RUNBOOK.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (.+)$", section, re.MULTILINE) == alarms
    for rule, text in zip(RULES, section.split("\n### ")[1:], strict=True):
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert text.split("\n\n")[1].startswith(f"`{rule['labels']['severity']}`.")
        assert "- **Do**: " in text


def test_the_runbooks_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", RUNBOOK):
        file, _, anchor = target.partition("#")
        assert (ROOT / "docs" / file).exists()
        assert file or anchor in headings


def test_the_dashboard_is_whole() -> None:
    assert DASHBOARD["uid"] == "digitlab"
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    alarms = {rule["alert"] for rule in RULES}
    for panel in PANELS:
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["description"].endswith(".")
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
        assert set(re.findall(r"DigitLab\w+", panel["description"])) <= alarms


# --- Prometheus' own tool --------------------------------------------------------------------------------

# For each alarm: series, with a value a minute, at which it fires after ten minutes, and at which it doesn't.
FIRING: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "DigitLabDown": ({"up{}": "0x20"}, {"up{}": "1x20"}),
    "DigitLabNotReady": (
        {'digitlab_health{check="models"}': "0x20"},
        {'digitlab_health{check="models"}': "0 1x20", 'digitlab_health{check="database"}': "0x20"},
    ),
    "DigitLabRestarts": (
        {"process_start_time_seconds{}": "1 1 2 2 3 3 4x20"},
        {"process_start_time_seconds{}": "1 2 3x20"},
    ),
    "DigitLabAnswersSlow": (
        {
            'digitlab_answer_seconds_bucket{to="stroke", le="1.0"}': "0+90x20",
            'digitlab_answer_seconds_bucket{to="stroke", le="2.5"}': "0+100x20",
            'digitlab_answer_seconds_bucket{to="stroke", le="+Inf"}': "0+100x20",
        },
        {
            'digitlab_answer_seconds_bucket{to="stroke", le="1.0"}': "0+96x20",
            'digitlab_answer_seconds_bucket{to="stroke", le="2.5"}': "0+100x20",
            'digitlab_answer_seconds_bucket{to="stroke", le="+Inf"}': "0+100x20",
            'digitlab_answer_seconds_bucket{to="sending", le="1.0"}': "0x20",
            'digitlab_answer_seconds_bucket{to="sending", le="+Inf"}': "0x20",
        },
    ),
    "DigitLabMemoryNearLimit": (
        {"digitlab_memory_used_bytes{}": "91x20", "digitlab_memory_limit_bytes{}": "100x20"},
        {"digitlab_memory_used_bytes{}": "89x20", "digitlab_memory_limit_bytes{}": "100x20"},
    ),
    "DigitLabFilesOpen": (
        {"process_open_fds{}": "81x20", "process_max_fds{}": "100x20"},
        {"process_open_fds{}": "79x20", "process_max_fds{}": "100x20"},
    ),
    "DigitLabUploadsFull": (
        {"digitlab_uploads_bytes{}": "91x20", "digitlab_uploads_limit_bytes{}": "100x20"},
        {"digitlab_uploads_bytes{}": "89x20", "digitlab_uploads_limit_bytes{}": "100x20"},
    ),
    "DigitLabDatabaseGone": (
        {'digitlab_health{check="database"}': "0x20"},
        {'digitlab_health{check="database"}': "1x20", 'digitlab_health{check="models"}': "0x20"},
    ),
    "DigitLabDrawingsNotStored": (
        {'digitlab_drawings_sent_total{outcome="gone"}': "0+1x20"},
        {
            'digitlab_drawings_sent_total{outcome="gone"}': "7x20",
            'digitlab_drawings_sent_total{outcome="refused"}': "0+1x20",
        },
    ),
    "DigitLabDiskFull": (
        {"digitlab_database_free_bytes{}": "900000000x20"},
        {"digitlab_database_free_bytes{}": "1100000000x20"},
    ),
    "DigitLabQueueLong": (
        {"digitlab_trainings_longest_wait_seconds{}": "1801x20"},
        {
            'digitlab_trainings{state="waiting"}': "14x20",
            "digitlab_trainings_longest_wait_seconds{}": "1700x20",
        },
    ),
    "DigitLabNoTrainer": (
        {"digitlab_trainers{}": "0x20", 'digitlab_trainings{state="waiting"}': "1x20"},
        {"digitlab_trainers{}": "0x20", 'digitlab_trainings{state="waiting"}': "0x20"},
    ),
}


def series_of(values: dict[str, str]) -> list[dict[str, str]]:
    where = 'job="digitlab", instance="a"'
    return [
        {"series": name.replace("}", f", {where}}}").replace("{, ", "{"), "values": numbers}
        for name, numbers in values.items()
    ]


def promtool(*words: str) -> str:
    if PROMTOOL is None:
        pytest.skip("There is no promtool on this machine (Debian: apt install prometheus).")
    done = subprocess.run([PROMTOOL, *words], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_prometheus_takes_the_files() -> None:
    assert not promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))


def test_every_alarm_fires_when_it_should_and_only_then(tmp_path: Path) -> None:
    assert FIRING.keys() == {rule["alert"] for rule in RULES}
    rules: dict[str, Any] = {"groups": [{"name": "digitlab", "rules": []}]}
    # which labels it has is another matter: promtool wants all of them
    for rule in RULES:
        plain = {"alert": rule["alert"], "for": rule["for"]} if "for" in rule else {"alert": rule["alert"]}
        rules["groups"][0]["rules"].append(plain | {"expr": f"count({rule['expr']}) > 0"})
    (tmp_path / "rules.yml").write_text(yaml.dump(rules))
    tests = [
        {
            "interval": "1m",
            "input_series": series_of(values),
            "alert_rule_test": [
                {"eval_time": "11m", "alertname": alarm, "exp_alerts": [{"exp_labels": {}}] * fires}
            ],
        }
        for alarm, both in FIRING.items()
        for values, fires in zip(both, (1, 0), strict=True)
    ]
    (tmp_path / "tests.yml").write_text(yaml.dump({"rule_files": ["rules.yml"], "tests": tests}))
    assert not promtool("test", "rules", str(tmp_path / "tests.yml"))
