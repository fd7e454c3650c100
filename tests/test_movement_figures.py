"""What docs/movement.md says about the reader of strokes is what its card says."""

from pathlib import Path

from digitlab import inference

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


def test_so_are_those_of_the_readme() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    strokes, cnn = inference.load(inference.STROKES).card, inference.load("cnn").card
    alone, harder, easier = (
        f"{share:.2%}".replace("%", " %")
        for share in (
            cnn["drawn_validation_accuracy"],
            strokes["joined_drawn_validation_accuracy"],
            strokes["joined_drawn_test_accuracy"],
        )
    )
    assert f"the CNN reads {alone}; joined with the reader of strokes, as on the pad, {harder}, and" in text
    assert f"of those in the table {easier}" in text
