"""What docs/movement.md says about the reader of strokes is what its card says."""

import statistics
from pathlib import Path

import numpy as np
import pytest

from benchmarks import markdown
from digitlab import inference
from model_zoo.training import training_data
from model_zoo.training.training_data import VALIDATION_FOLD

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "movement.md"


def test_the_figures_of_the_page_are_those_of_the_cards() -> None:
    text = PAGE.read_text("utf-8")
    strokes, cnn = inference.load(inference.STROKES).card, inference.load("cnn").card
    for who in ("validation", "test"):
        figures = (
            cnn[f"drawn_{who}_accuracy"],
            strokes[f"drawn_{who}_accuracy"],
            strokes[f"joined_drawn_{who}_accuracy"],
        )
        assert (
            f"| {who} writers | {' | '.join(f'{share:.2%}'.replace('%', ' %') for share in figures)} |"
            in text
        )
    assert f"{round(strokes['parameters'], -3):,} numbers" in text
    text = " ".join(text.split())
    for who, whose in (("validation", "validation writers’ drawings"), ("test", "test writers’")):
        seeds = strokes["seeds"][f"joined_drawn_{who}_accuracy"]
        spread = f"({min(seeds) * 100:.2f} to {max(seeds) * 100:.2f})"
        assert f"{sum(seeds) / len(seeds) * 100:.2f} % of the {whose} {spread}".replace("’", "'") in text


def test_so_are_those_of_the_readme() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    strokes = inference.load(inference.STROKES).card
    easier = f"{strokes['joined_drawn_test_accuracy']:.2%}".replace("%", " %")
    assert f"Of the writers in the table both together read {easier}" in text
    _, *others = strokes["seeds"]["joined_drawn_test_accuracy"]
    had = " and ".join(f"{share * 100:.2f}" for share in sorted(others))
    assert f"other seeds of the reader of strokes had {had} %" in text
    measured = (ROOT / "docs" / "robustness.md").read_text("utf-8")
    mean = next(line for line in measured.splitlines() if line.startswith("| mean of the sources"))
    picture, _, both = (cell.split(" ± ")[0].strip() for cell in mean.split("|")[3:6])
    assert f"the CNN reads {picture} %, and {both} % joined with the reader of strokes" in text
    worst = next(line for line in measured.splitlines() if line.startswith("| the worst of them"))
    assert f"the worst has {worst.split('|')[5].strip()} %" in text


def test_the_sources_nobody_looked_at_have_the_mean_that_is_said() -> None:
    page = (ROOT / "docs" / "robustness.md").read_text("utf-8")
    table = markdown.kept(page, "unseen source")
    both = {source: float(cells[3]) for source, cells in table.items() if cells[0].replace(",", "").isdigit()}
    assert len(both) == 7
    others = [share for source, share in both.items() if source not in ("pendigits", "unipen-syn")]
    mean = f"{statistics.mean(others):.2f} %"
    assert f"Their mean was 98.99 %, and is {mean}" in page
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"the five whose mistakes nobody has looked at have {mean}" in readme


def test_other_seeds_of_the_cnn() -> None:
    first, other = inference.load("cnn").card["seeds"]["drawn_validation_accuracy"]
    text = " ".join(PAGE.read_text("utf-8").split())
    assert f"now reads {first * 100:.2f} % of the validation writers' drawings" in text
    assert f"and with another seed {other * 100:.2f} %" in text


@pytest.mark.slow
def test_what_the_cnn_misreads_of_the_validation_writers() -> None:
    if (shown := training_data.drawn(VALIDATION_FOLD)) is None:
        pytest.skip("This test needs pen strokes: set PEN_DIGITS (docs/data.md).")
    writers = [drawing.writer for drawing in training_data.pens("digits") if drawing.fold == VALIDATION_FOLD]
    read = inference.load("cnn").predict(shown.pictures()).argmax(axis=1)
    wrong = np.flatnonzero(read != shown.labels)
    sixes = [i for i in wrong if (shown.labels[i], read[i]) == (6, 4)]
    assert len({writers[i % len(writers)] for i in sixes}) == 1
    text = " ".join(PAGE.read_text("utf-8").split())
    assert f"Of {len(wrong)} mistakes {len(sixes)} are the 6s of one writer" in text
