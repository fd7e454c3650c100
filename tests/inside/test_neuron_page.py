"""What the page about a neuron shows adds up, as it is read; and it opens whatever the link says."""

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data, inference, strokes
from digitlab.inside import neuron
from digitlab.numbers import MINUS, percent
from pages.inside.neuron import page
from tests.apptest import open_page
from ui import pad

PICTURES = ("digits-18", "digits-40", "scribbles-3")


def number(text: str) -> float:
    """As a reader takes it: "< 0.01 %" is nothing that counts."""
    if text.startswith("<"):
        return 0.0
    return float(
        text.replace(MINUS, "-").replace("×", "").replace("=", "").replace(" %", "").replace(" ", "")
    )


def tables(test: AppTest) -> list[list[list[str]]]:
    """The cells of each table in the page's HTML, row by row."""
    html = [each.value for each in test.get("html") if 'class="numbers"' in each.value]
    return [
        [
            [re.sub("<.*?>", "", cell).replace("&lt;", "<").replace("&gt;", ">") for cell in cells]
            for cells in (re.findall(r"<t[hd].*?</t[hd]>", line) for line in re.findall(r"<tr.*?</tr>", each))
        ]
        for each in html
    ]


def words(test: AppTest) -> Iterator[str]:
    return (each.value.replace("*", "") for each in test.markdown)


@pytest.mark.parametrize("sample", [None, *PICTURES])
def test_all_sums_on_the_page_add_up(sample: str | None) -> None:
    test = open_page("neuron", {"sample": sample} if sample else None)
    assert not test.exception

    # 1. blue, orange and bias
    said = next(
        text for text in words(test) if re.fullmatch(r"[−\d.]+ [+−] [\d.]+ [+−] [\d.]+ = [−\d.]+", text)
    )
    parts, total = said.split(" = ")
    addends = [number(part.replace(" ", "")) for part in re.findall(r"[+−]? ?[\d.]+", parts)]
    assert round(sum(addends), 2) == number(total)

    logit, softmax, errors, after = tables(test)
    # 3. the products beside their factors, the others, the bias
    for _, output, weight, product in logit[1:6]:
        assert round(number(output) * number(weight), 3) == number(product)
    assert round(sum(number(line[-1]) for line in logit[1:8]), 3) == number(logit[8][-1])

    # 4. softmax: each row from the column before it, and both sums
    chosen = next(line for line in softmax[1:11] if line[0] == re.search(r"\d$", logit[8][0])[0])
    assert chosen[1] == logit[8][-1], "the logit of step 3 is that of step 4"
    shifted = max(number(line[2]) for line in softmax[1:11])
    for _, z, log, minus, power, share, *_ in softmax[1:11]:
        assert number(log) == pytest.approx(-math.log1p(math.exp(-number(z))), abs=2e-3)
        assert number(minus) == pytest.approx(number(log) - shifted, abs=2e-3)
        assert number(power) == pytest.approx(math.exp(number(minus)), rel=2e-3, abs=2e-6)
        if share != "> 99.99 %":
            assert number(share) == pytest.approx(100 * number(power) / number(softmax[11][1]), abs=0.011)
    assert round(sum(number(line[4]) for line in softmax[1:11]), 6) == number(softmax[11][1])
    if not any(line[5].startswith(">") for line in softmax[1:11]):
        assert round(sum(number(line[5]) for line in softmax[1:11]), 2) == 100

    # 5. the loss
    share, loss = re.fullmatch(
        r"−ln\((.*)\) = (.*)", next(t for t in words(test) if t.startswith("−ln("))
    ).groups()
    if "×" not in share:
        assert -math.log(float(share)) == pytest.approx(number(loss), abs=1e-3)
    assert after[-1][1] == loss, "the loss of step 5 is that of step 7"

    # 6. error times slope, and one weight
    for _, share, wanted, error, slope, product in errors[1:]:
        assert round(number(share) - number(wanted.lstrip("− ")), 4) == number(error)
        assert round(number(error) * number(slope), 4) == pytest.approx(number(product), abs=1e-9)
    weight = next(text for text in words(test) if "new weight" in text)
    pixel, at_neuron, slope = map(number, re.search(r"gradient = (\S+) × (\S+) = (\S+)", weight).groups())
    assert round(pixel * at_neuron, 4) == slope
    old, rate, again, new = map(number, re.search(r"\n= (\S+) − (\S+) × (\S+) = (\S+)", weight).groups())
    assert again == slope
    assert round(old - round(rate * slope, 6), 6) == new


def test_it_starts_with_a_mistake_and_something_moves() -> None:
    test = open_page("neuron")
    assert any("a mistake, so there is something to learn" in text for text in words(test))
    after = tables(test)[-1]
    assert {line[0] for line in after[1:] if line[1] == line[2]} == set(), "every number moves"
    assert number(after[-1][2]) < number(after[-1][1]) - 0.1


def test_ten_more_steps_and_back() -> None:
    test = open_page("neuron")
    (more,) = (button for button in test.button if button.label == "Ten more steps")
    more.click().run()
    assert test.query_params["steps"] == "11"
    assert tables(test)[-1][0][-1] == "after 11 steps"
    assert any("learned" in text for text in words(test))
    test = open_page("neuron", {"steps": "101"})
    assert all(button.disabled for button in test.button if "more step" in button.label)


def test_with_my_drawing_it_starts_with_a_wrong_label() -> None:
    test = open_page("neuron", state={"_pad": pad._Pad(drawing=strokes.examples()[8])})
    assert any("your drawing" in text for text in words(test))
    assert any("Suppose that somebody tells the net so" in text for text in words(test))
    assert number(tables(test)[-1][-1][1]) > 0.5, "the loss"


@pytest.mark.parametrize(
    "query",
    [
        {
            "neuron": "4000",
            "f": "x",
            "rate": "7",
            "label": "x",
            "digit": "10",
            "steps": "999",
            "temperature": "0",
        },
        {"neuron": "-1", "f": "", "rate": "nan", "label": "²", "digit": "true", "steps": "1e2"},
        {"sample": "digits-99999", "neuron": "٣", "steps": "0"},
    ],
)
def test_nonsense_in_the_link_is_as_good_as_nothing(query: dict[str, str]) -> None:
    test = open_page("neuron", query)
    assert not test.exception
    assert tables(test)[-1][0][-1] == "after 1 step"


def test_a_silent_neuron_learns_nothing_and_the_page_says_so() -> None:
    picture = data.load("digits", "test").images[18] / np.float32(255)
    passed = neuron.forward(inference.load(neuron.NETWORK).weights, picture)
    silent = int(passed.sums.argmin())
    test = open_page("neuron", {"sample": "digits-18", "neuron": silent})
    assert any("none of its weights moves" in text for text in words(test))
    assert sum("colour-bar" in each.value for each in test.get("html")) == 2, (
        "a bar without change has no scale"
    )


def test_verdicts_and_sentences() -> None:
    probabilities = np.array([0.7, 0.2, 0.1, *[0] * 7])
    passed = neuron.Forward(*[np.zeros(10)] * 4, probabilities)
    assert page.verdict(passed, None) == "It reads **a 0**, with 70 %."
    assert page.verdict(passed, 0).endswith("That is right.")
    assert "But it is **an 8**: a mistake" in page.verdict(passed, 8)
    assert page.told_why(passed, 0, 0).startswith("The net reads it so already")
    assert page.told_why(passed, 1, 1).startswith("That is the truth")
    assert "unlearn the 0" in page.told_why(passed, 1, 0)
    assert "unlearn the 0" in page.told_why(passed, 1, None)
    assert "In truth it is a 2" in page.told_why(passed, 1, 2)
    other = neuron.Forward(*[np.zeros(10)] * 4, probabilities[[1, 0, *range(2, 10)]])
    assert page.learned(passed, other, [1, 0.5], 1) == "Now the net reads **a 1**: learned."
    assert "**rises**" in page.learned(passed, other, [1, 1.5], 1)
    assert "more sure" in page.learned(passed, passed, [1, 0.5], 0)
    assert "still reads **a 0**" in page.learned(passed, passed, [1, 0.5], 2)
    assert "pay for it" in page.the_others(0.9, 0.8, 1797)
    assert "cost the others nothing" in page.the_others(0.9, 0.91, 1797)
    assert percent(0.8, 1) in page.the_others(0.9, 0.8, 1797)


def test_no_share_is_said_to_be_nothing_or_certain() -> None:
    assert page.hundredths(0) == "< 0.01 %"
    assert page.hundredths(100) == "> 99.99 %"
    assert page.hundredths(33.19) == "33.19 %"
