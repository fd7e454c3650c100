"""The page "Not a digit", without a browser."""

import numpy as np
import pytest

from digitlab.inside import not_a_digit
from pages.inside import not_a_digit as page
from tests.apptest import open_page


def texts(test) -> str:  # noqa: ANN001 - an AppTest
    return "\n".join(element.value for element in test.markdown)


@pytest.mark.slow
def test_fresh_a_letter_and_nonsense() -> None:
    for query in (
        {},
        {"letter": "K", "judge": "Redrawing error"},
        {"letter": "ab", "score": "9", "error": "x"},
    ):
        test = open_page("not_a_digit", query)
        assert not test.exception
        assert "**This costs " in texts(test)
    assert "The picture above is **refused**" in texts(open_page("not_a_digit", {"letter": "K"}))
    assert "The picture above is **accepted as a digit**" in texts(open_page("not_a_digit", {"letter": "O"}))


def test_without_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_NPZ", "/nowhere.npz")
    test = open_page("not_a_digit")
    assert not test.exception
    assert "of 1,797 digits" in texts(test)
    assert not_a_digit.lesson("digits") in texts(test)


def test_the_cost_in_words() -> None:
    assert page.cost(not_a_digit.Price(75, 10_000, 28, 2_000)) == (
        "**This costs 75 of 10,000 digits** (0.8 %), which are refused, and lets **28 of 2,000 scribbles** "
        "(1.4 %) through."
    )


def test_the_rank_in_words() -> None:
    scores = not_a_digit.Scores(np.array([0.9, 0.2, 0.6, 0.5]), np.array([0.1]), rising=True)
    judge = page.Judge(scores, 0.5, 0, 1, 0.1, "%.2f", "score")
    assert page.rank(judge) == "**25.0 % of the test digits look less like a digit to it than this.**"
