"""docs/models.md is what the cards say, whatever a card has or lacks."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_zoo import ARTIFACTS, DETECTOR
from model_zoo.training import cards

LEAST = {
    "name": "cnn",
    "title": "CNN",
    "summary": "Looks.",
    "classifies": True,
    "order": 1,
    "parameters": 47498,
}


def page(folder: Path, *entries: dict[str, Any]) -> str:
    for entry in entries:
        (folder / entry["name"]).mkdir()
        (folder / entry["name"] / "card.json").write_text(json.dumps(entry))
    return cards.page(folder)


def test_the_page_is_what_the_command_would_write() -> None:
    stale = "docs/models.md is older than the models: run `python -m model_zoo.training.cards`"
    assert cards.PAGE.read_text("utf-8") == cards.page(ARTIFACTS), stale
    assert cards.README_TABLE.findall(cards.README.read_text("utf-8")) == [cards.readme_table(ARTIFACTS)], (
        stale
    )


def test_each_model_has_its_section_in_order_and_the_overview_leads_there() -> None:
    text = cards.page(ARTIFACTS)
    named = [json.loads(file.read_text()) for file in ARTIFACTS.glob("*/card.json")]
    titles = [card["title"] for card in sorted(named, key=lambda card: card["order"])]
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == titles
    overview = [line for line in text.splitlines() if line.startswith("| [")]
    anchors = [line.split("](#")[1].split(")")[0] for line in overview]
    assert anchors == [title.lower().replace(" ", "-").replace(",", "") for title in titles]


def test_the_least_that_a_card_may_hold_is_enough(tmp_path: Path) -> None:
    text = page(tmp_path, LEAST)
    assert "| [CNN](#cnn) | 47,498 | - | - | - | - | - |" in text
    assert "`cnn`: Looks." in text
    assert "python train.py cnn`" in text
    assert "Known weaknesses" not in text


def test_a_model_from_elsewhere_has_a_card_too(tmp_path: Path) -> None:
    assert "python train.py nobodys`" in page(tmp_path, LEAST | {"name": "nobodys"})


def test_figures_that_the_page_doesnt_know_are_shown_as_they_are(tmp_path: Path) -> None:
    text = page(tmp_path, LEAST | {"shoe_size": 43, "test_accuracy": 0.98765})
    assert "| shoe_size | 43 |" in text
    assert "| MNIST's test images read right | 98.77% |" in text


def test_the_spread_over_seeds_is_shown(tmp_path: Path) -> None:
    text = page(tmp_path, LEAST | {"test_accuracy": 0.99, "seeds": {"test_accuracy": [0.99, 0.98, 0.97]}})
    assert "99.00% (mean of 3 seeds 98.00%, from 97.00% to 99.00%)" in text
    assert "seeds |" not in text


def test_what_differs_from_the_recipe_is_in_the_command(tmp_path: Path) -> None:
    from model_zoo import cnn

    recipe = {"epochs": cnn.RECIPE.epochs, "batch_size": cnn.RECIPE.batch_size + 1, "learning_rate": 0.25}
    text = page(
        tmp_path, LEAST | {"recipe": recipe, "seed": 3, "iterations_per_epoch": 1234, "seconds": 1000}
    )
    expected = f"python train.py cnn --batch-size {recipe['batch_size']} --learning-rate 0.25 --seed 3`"
    assert expected in text
    assert f"{recipe['epochs']} epochs of 1,234 iterations; batches of {recipe['batch_size']}; adam" in text
    assert "in 1,000 s on two cores, seed 3" in text


def test_weaknesses_come_from_the_committed_answers(tmp_path: Path) -> None:
    labels = np.repeat(np.arange(10), 10).astype(np.uint8)
    answers = labels.copy()
    answers[[40, 41, 42]] = 9  # three 4s read as 9, two 7s as 1, a 7 as 2
    answers[[70, 71, 72]] = [1, 1, 2]
    answers[50] = 3
    (tmp_path / "cnn").mkdir()
    np.savez(tmp_path / "cnn" / "predictions.npz", labels=labels, probabilities=np.eye(10)[answers])
    (tmp_path / "cnn" / "card.json").write_text(json.dumps(LEAST))
    text = cards.page(tmp_path)
    assert "7 of 100 are misread" in text
    assert "4 (70.0% right), 7 (70.0% right), 5 (90.0% right)." in text
    assert "Most frequent: 4 read as 9: 3; 7 read as 1: 2; 5 read as 3: 1; 7 read as 2: 1." in text


@pytest.mark.parametrize(
    ("card", "use"),
    [
        (LEAST | {"test_accuracy": 0.9}, cards.READING),
        (LEAST | {"name": DETECTOR, "classifies": False, "test_auroc": 0.9}, cards.DETECTING),
        (LEAST | {"name": "vae", "classifies": False, "test_elbo": -140.2}, cards.DRAWING),
    ],
)
def test_each_kind_of_model_says_what_it_is_for(tmp_path: Path, card: dict[str, Any], use: str) -> None:
    text = page(tmp_path, card)
    assert use in text
    assert sum(other in text for other in (cards.READING, cards.DETECTING, cards.DRAWING)) == 1
