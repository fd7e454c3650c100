"""A drawing as text, for links. The browser's half is tested by drawing.test.js, on the same corpus."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.draw import link
from digitlab.errors import DataUnavailable, DrawingError
from digitlab.preprocess import to_mnist
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, examples, render

CORPUS = json.loads((Path(__file__).parents[1] / "corpus" / "drawings.json").read_text("utf-8"))
CASES = {case["name"]: case for case in CORPUS["drawings"]}
HALF_A_PIXEL = 0.5

pad_numbers = st.floats(-300, 600) | st.integers(0, 280).map(float)
points = st.lists(st.tuples(pad_numbers, pad_numbers), min_size=1, max_size=40)
# a slow pen: many points close together, forth and back
steps = st.lists(
    st.tuples(st.sampled_from([-1, -0.5, 0, 0.25, 1]), st.sampled_from([-1, 0, 0.5])), min_size=1
)
slow = steps.map(lambda steps: [tuple(point) for point in (100 + np.cumsum(steps, axis=0)).tolist()])
strokes = st.builds(Stroke, points | slow, st.floats(1, PAD_SIZE))
drawings = st.lists(strokes, max_size=5).map(tuple)


def of(strokes: list[dict[str, Any]]) -> Drawing:
    return tuple(Stroke([(x, y) for x, y in stroke["points"]], stroke["width"]) for stroke in strokes)


def farthest(there: Stroke, line: Stroke) -> float:
    """The longest way from a point of one stroke to the nearest point of the other's lines, in pixels."""
    at = np.asarray(there.points, float)[:, None]
    corners = np.asarray(line.points, float)
    start, way = corners, np.diff(corners, axis=0, append=corners[-1:])
    squared = (way**2).sum(axis=1)
    share = ((at - start) * way).sum(axis=2) / np.where(squared > 0, squared, 1)
    nearest = start + np.clip(share, 0, 1)[..., None] * way
    return float(np.linalg.norm(at - nearest, axis=2).min(axis=1).max())


def filled(stroke: Stroke) -> Stroke:
    """With points all along its lines."""
    corners = np.asarray(stroke.points, float)
    way = np.diff(corners, axis=0, append=corners[-1:])
    along = corners[:, None] + np.linspace(0, 1, 20)[:, None] * way[:, None]
    return Stroke(along.reshape(-1, 2), stroke.width)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_texts_are_those_of_the_browser(case: dict[str, Any]) -> None:
    assert link.encode(of(case["drawing"])) == case["text"]
    assert link.decode(case["text"]) == of(case["decoded"])
    assert link.pack(of(case["decoded"])) == case["text"]


@pytest.mark.parametrize("text", CORPUS["refused"].values(), ids=CORPUS["refused"])
def test_what_no_link_holds_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(DrawingError, match=r"^The drawing in this link .*\.$"):
        link.decode(text)


@settings(deadline=None, max_examples=200)
@given(drawings)
@example((Stroke([(0, 0), (100, 0), (50, 0)], 8),))  # its end is on the line, its middle isn't
@example((Stroke([(0, 0), (0.2, 0), (50, 0), (50, 0.2), (0, 0.2), (0, 0)], 8),))
def test_no_line_is_half_a_pixel_off(drawing: Drawing) -> None:
    text = link.encode(drawing)
    assert text is not None
    assert text.isascii()
    back = link.decode(text)
    assert len(back) == len(drawing)
    for ours, theirs in zip(back, drawing, strict=True):
        assert len(ours.points) <= len(theirs.points)
        assert abs(ours.width - theirs.width) <= 0.125
        assert farthest(filled(theirs), ours) < HALF_A_PIXEL
        assert farthest(filled(ours), theirs) < HALF_A_PIXEL


@settings(deadline=None, max_examples=100)
@given(drawings)
def test_a_drawing_of_a_link_goes_into_a_link_as_it_is(drawing: Drawing) -> None:
    back = link.decode(link.pack(drawing), longest=100_000)
    assert link.decode(link.pack(back), longest=100_000) == back


def answers(drawings: list[Drawing]) -> list[int]:
    pictures = [to_mnist(render(drawing)) for drawing in drawings]
    assert all(picture is not None for picture in pictures)
    return inference.load("cnn").predict(np.stack(pictures)).argmax(axis=1).tolist()  # type: ignore[arg-type]


def there_and_back(drawing: Drawing) -> Drawing:
    text = link.encode(drawing)
    assert text is not None
    assert len(text) < 500, "longer than any digit needs"
    return link.decode(text)


def test_the_examples_are_read_as_before() -> None:
    linked = [there_and_back(drawing) for drawing in examples()]
    assert answers(linked) == answers(list(examples())) == list(range(10))


def test_drawings_of_many_people_are_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        everything = pen_strokes.load("digits")
    except DataUnavailable as error:
        pytest.skip(str(error))
    rng = np.random.default_rng(0)
    drawn: list[Drawing] = []
    monkeypatch.setattr(pen_strokes, "render", lambda strokes: drawn.append(tuple(strokes)))
    for number in rng.choice(len(everything), 300, replace=False):
        pen_strokes.on_pad(everything[number].strokes, rng)
    before, after = np.array(answers(drawn)), np.array(answers([there_and_back(each) for each in drawn]))
    assert len(drawn) == 300
    assert (
        before != after
    ).mean() <= 1 / 300  # one that stands between two digits may fall to the other side


def test_a_long_scrawl_is_drawn_more_coarsely_and_a_longer_one_not_at_all() -> None:
    angles = np.linspace(0, 330, 6_000)
    spiral = (Stroke([(140 + a / 3 * math.cos(a), 140 + a / 3 * math.sin(a)) for a in angles.tolist()], 8),)
    assert len(link.pack((link.simplified(spiral[0], link.TOLERANCES[0]),))) > link.LONGEST
    text = link.encode(spiral)
    assert text is not None
    assert len(text) <= link.LONGEST
    off = farthest(Stroke(spiral[0].points[::7], 8), link.decode(text)[0])
    assert 0.5 < off < 3.5
    noise = np.random.default_rng(0).uniform(0, PAD_SIZE, (5_000, 2))
    assert link.encode((Stroke([(x, y) for x, y in noise.tolist()], 8),)) is None


def test_more_strokes_or_points_than_a_drawing_has_are_not_encoded() -> None:
    tap, scrawl = Stroke([(1, 1)], 8), Stroke([(1, 1), (200, 1)] * (link.MAX_POINTS // 2), 8)
    assert link.encode((tap,) * link.MAX_STROKES) is not None
    assert link.encode((tap,) * (link.MAX_STROKES + 1)) is None
    assert link.encode((scrawl,), longest=1_000_000) is not None
    assert link.encode((scrawl, tap), longest=1_000_000) is None
    with pytest.raises(DrawingError, match="too long"):
        link.decode(link.pack((scrawl, tap)), longest=1_000_000)


texts = [case["text"] for case in CASES.values()]
nearly_texts = st.one_of(
    st.text(),
    st.text("ABCDEFgxyz0189_-", max_size=60).map("1".__add__),
    st.binary(max_size=60).map(lambda packed: "1" + packed.hex()),
    st.tuples(st.sampled_from(texts), st.integers(0, 100), st.text("AQ_-9")).map(
        lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] + 1 :]
    ),
)


@settings(deadline=None, max_examples=300)
@given(nearly_texts)
def test_any_text_is_a_drawing_or_refused(text: str) -> None:
    try:
        drawing = link.decode(text)
    except DrawingError:
        return
    assert len(drawing) <= link.MAX_STROKES
    for stroke in drawing:
        assert 1 <= len(stroke.points) <= link.LONGEST
        assert np.abs(stroke.points).max() <= link.FAR
        assert 1 <= stroke.width <= PAD_SIZE
    assert link.decode(link.pack(drawing)) == drawing
    assert render(drawing).shape == (PAD_SIZE, PAD_SIZE)


def test_a_text_that_is_too_long_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_bytes", lambda text: pytest.fail("it was read"))
    with pytest.raises(DrawingError, match="too long"):
        link.decode("1" + "A" * link.LONGEST)
