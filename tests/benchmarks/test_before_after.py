"""What was read before, and now, from the models' cards and the tables in docs/."""

import json

import pytest

from benchmarks import before_after, markdown
from benchmarks.before_after import ABSENT, VERSION_1_4, figures, git, over_seeds, present
from digitlab import inference

KEPT = "a <!-- begin one -->\n\n| x | y | z |\n|---|--:|--:|\n| **all** | 1 | 2 ± 3 |\n\n<!-- end one --> b"


def test_a_table_is_found_by_its_name() -> None:
    assert markdown.kept(KEPT, "one") == {"x": ["y", "z"], "**all**": ["1", "2 ± 3"]}
    assert markdown.kept(KEPT, "two") == {}


def test_a_figure_of_several_seeds_has_its_mean_and_range() -> None:
    card = {"accuracy": 0.9, "seeds": {"accuracy": [0.9, 0.92, 0.94]}}
    assert over_seeds(card, "accuracy") == "92.00 (90.00 to 94.00)"
    assert over_seeds({"accuracy": 0.9}, "accuracy") == "90.00"


def test_the_figures_of_now_are_those_of_cards_and_docs() -> None:
    now = dict(figures(present))
    strokes = inference.load(inference.STROKES).card
    seeds = strokes["seeds"]["joined_drawn_test_accuracy"]
    assert seeds[0] == strokes["joined_drawn_test_accuracy"]
    mean = markdown.percent(sum(seeds) / len(seeds))
    assert now["drawn, test writers, cnn: picture and movement"].startswith(f"{mean} (")
    assert float(now["mean corruption error of the sturdiest (read wrong)"]) < 4
    assert "source left out: mean of the sources" in now
    assert float(now["photos read wrong, more than 90 % sure"]) < 1


def test_what_was_not_there_before_is_absent() -> None:
    def before(path: str) -> str:
        known = {f"model_zoo/artifacts/{name}/card.json" for name in (*before_after.READERS,)}
        shares = {f"{part}_accuracy": 0.5 for part in ("test", "drawn_test", "drawn_validation")}
        return json.dumps(shares) if path in known else ""

    found = dict(figures(before))
    assert found["MNIST's test images, cnn"] == "50.00"
    assert found["drawn, test writers, cnn: picture and movement"] == ABSENT
    assert "photos read right" not in found


def test_a_commit_that_is_not_here_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert before_after.main(["--before", "0" * 40]) == 2
    assert "no commit" in capsys.readouterr().err


def test_version_1_4_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    if git("cat-file", "-e", VERSION_1_4).returncode:
        pytest.skip("This copy of the repository doesn't reach back to version 1.4.0.")
    assert before_after.main([]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "mean corruption error" in line)
    assert "| 13.07 |" in line
