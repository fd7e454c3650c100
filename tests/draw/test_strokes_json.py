"""The canvas's JSON <-> strokes. It comes from the browser, so anybody can send anything."""

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digitlab import strokes
from digitlab.errors import DrawingError
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, render
from ui.pad import strokes_json

PARABOLA = [["M", 0, 0], ["Q", 100, 200, 200, 0]]  # y = x (200 - x) / 100
STRAIGHT = [["M", 60, 100], ["L", 160, 100]]
TAP = [["M", 139.982, 140], ["Q", 139.982, 140, 140, 140], ["L", 140.018, 140]]

numbers = st.floats(-PAD_SIZE, 2 * PAD_SIZE)
close = st.floats(0, 5)
pens = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20)
drawings = st.lists(st.builds(Stroke, pens, st.floats(1, PAD_SIZE)), max_size=5).map(tuple)


def canvas(*paths: Any, width: Any = 18, **more: Any) -> dict[str, Any]:
    """What the pad sends, with these paths on it."""
    return {"objects": [{"path": path, "strokeWidth": width, **more} for path in paths]}


def points(value: Any) -> np.ndarray:
    """Of the only stroke: (N, 2)."""
    (stroke,) = strokes_json.to_strokes(value)
    return np.array(stroke.points)


def there_and_back(drawing: Drawing) -> Drawing:
    return strokes_json.to_strokes(json.loads(json.dumps(strokes_json.from_strokes(drawing, "#000000"))))


# --- what the pad sends ------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(drawings)
def test_a_drawing_comes_back_as_it_was(drawing: Drawing) -> None:
    back = there_and_back(drawing)
    # a path has at least two points, so that a tap comes back as two in the same place
    assert back == tuple(Stroke(s.points * 2 if len(s.points) == 1 else s.points, s.width) for s in drawing)
    np.testing.assert_array_equal(render(back), render(drawing))


def test_the_examples_come_back_as_they_were() -> None:
    for drawing in strokes.examples():
        assert there_and_back(drawing) == drawing


def test_the_empty_pad_is_an_empty_drawing() -> None:
    assert strokes_json.to_strokes({"objects": []}) == ()
    assert strokes_json.from_strokes((), "#000000") == {"objects": []}


def test_the_canvas_is_told_to_draw_as_render_does() -> None:
    (path,) = strokes_json.from_strokes((Stroke([(1, 2), (3, 4)], 9),), "#123456")["objects"]
    assert path["stroke"] == "#123456"
    assert path["strokeWidth"] == 9
    assert (path["strokeLineCap"], path["strokeLineJoin"]) == ("round", "round")
    assert path["fill"] is None  # else the inside of a 0 is ink


def test_a_curve_is_followed() -> None:
    x, y = points(canvas(PARABOLA)).T
    np.testing.assert_allclose(y, x * (200 - x) / 100, atol=1e-9)
    assert (x[0], x[-1]) == (0, 200)
    assert (np.diff(x) > 0).all()
    assert y.max() == pytest.approx(100)  # its top is not cut off


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=3))
def test_a_curve_stays_within_the_triangle_of_its_points(corners: list[tuple[float, float]]) -> None:
    start, control, end = np.array(corners)
    curve = points(canvas([["M", *start], ["Q", *control, *end]]))
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    assert (curve >= low - 1e-6).all()
    assert (curve <= high + 1e-6).all()
    np.testing.assert_allclose(curve[[0, -1]], [start, end], atol=1e-6)


def test_each_curve_begins_where_the_last_one_ended() -> None:
    path = [["M", 0, 0], ["Q", 10, 0, 20, 0], ["Q", 30, 0, 40, 40], ["L", 50, 50]]
    curve = points(canvas(path))
    # the first is straight: one line; the second needs four
    np.testing.assert_array_equal(curve[[0, 1, 5, 6]], [(0, 0), (20, 0), (40, 40), (50, 50)])
    assert (np.diff(curve[:, 0]) > 0).all()  # onwards, never back


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(close, close), min_size=3, max_size=3))
def test_lines_instead_of_a_curve_are_a_quarter_of_a_pixel_off_at_most(
    corners: list[tuple[float, float]],
) -> None:
    """A curve of Bezier's (Q in SVG paths), among corners as near to each other as those of a slow pen."""
    start, control, end = np.array(corners)
    lines = points(canvas([["M", *start], ["Q", *control, *end]]))
    t = np.linspace(0, 1, 101)[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    along = np.concatenate([np.linspace(a, b, 101) for a, b in pairwise(lines)])
    apart = np.linalg.norm(curve[:, None] - along, axis=2).min(axis=1)
    assert apart.max() <= 0.25 + 0.05  # and the samples' own distance


def test_a_tap_is_a_dot() -> None:
    picture = render(strokes_json.to_strokes(canvas(TAP, width=18)))
    rows, columns = np.nonzero(picture < 128)
    assert 17 <= np.ptp(rows) <= 21
    assert 17 <= np.ptp(columns) <= 21
    assert (rows.mean(), columns.mean()) == pytest.approx((140, 140), abs=0.6)


@pytest.mark.parametrize("end", [(1200, 300), (-1500, 120), (170, 3000), (150, -2000)])
def test_a_pen_that_leaves_the_pad_leaves_what_is_on_it(end: tuple[float, float]) -> None:
    start = (100, 140)
    middle = np.mean([start, end], axis=0)  # Fabric sends the centre of what it shows
    value = canvas([["M", *start], ["L", *end]], left=middle[0], top=middle[1])
    np.testing.assert_array_equal(render(strokes_json.to_strokes(value)), render([Stroke([start, end], 18)]))


# --- what was moved, turned or stretched with the canvas's own tools: STRAIGHT is 100 long, around (110, 100)


def test_a_moved_stroke_is_where_it_was_moved_to() -> None:
    np.testing.assert_allclose(points(canvas(STRAIGHT, left=140, top=180)), [(90, 180), (190, 180)])


def test_a_turned_stroke_is_turned_around_its_middle() -> None:
    hook = [*STRAIGHT, ["L", 160, 140]]
    turned = points(canvas(hook, left=110, top=120, angle=90))  # clockwise, as y points down
    np.testing.assert_allclose(turned, [(130, 70), (130, 170), (90, 170)])


def test_a_stretched_stroke_is_longer_and_so_is_its_pen() -> None:
    value = canvas(STRAIGHT, left=110, top=100, scaleX=1.5, scaleY=1.5)
    np.testing.assert_allclose(points(value), [(35, 100), (185, 100)])
    assert strokes_json.to_strokes(value)[0].width == pytest.approx(27)


def test_a_stroke_that_was_let_alone_stays_exactly_as_it_was() -> None:
    value = canvas(STRAIGHT, left=110.4, top=99.8, angle=0, scaleX=1, scaleY=1)  # Fabric rounds
    np.testing.assert_array_equal(points(value), [(60, 100), (160, 100)])


# --- hostile values ----------------------------------------------------------------------------------


def deep(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


LONG = [["M", 1, 1], *[["L", 2, 2]] * (strokes_json.MAX_POINTS - 1)]
ODD_NUMBERS = {
    "nothing": None,
    "text": "7",
    "true": True,
    "not a number": math.nan,
    "infinite": math.inf,
    "minus infinite": -math.inf,
    "huge": 1e300,
    "huge and whole": 10**400,  # no float can hold it
    "a list": [7],
    "an object": {},
    "deep": deep(5000),
}
HOSTILE = {
    "nothing": None,
    "text": "objects",
    "a number": 1,
    "a list": [],
    "an empty object": {},
    "objects is nothing": {"objects": None},
    "objects is an object": {"objects": {"0": STRAIGHT}},
    "objects is an empty object": {"objects": {}},
    "objects is text": {"objects": "abc"},
    "objects is a number": {"objects": 3},
    "nothing among the objects": {"objects": [None]},
    "a number among the objects": {"objects": [3]},
    "a list among the objects": {"objects": [STRAIGHT]},
    "a circle": {"objects": [{"type": "Circle", "radius": 5, "strokeWidth": 3}]},
    "no path": {"objects": [{"strokeWidth": 3}]},
    "no width": {"objects": [{"path": STRAIGHT}]},
    "path is nothing": canvas(None),
    "path is text": canvas("M 1 2 L 3 4"),
    "path is empty": canvas([]),
    "a second, bad stroke": canvas(STRAIGHT, [["L", 1, 2]]),
    "command is nothing": canvas([None]),
    "command is text": canvas(["M"]),
    "command is empty": canvas([[]]),
    "command is an object": canvas([{"0": "M", "1": 1, "2": 2}]),
    "name is a number": canvas([[1, 2, 3]]),
    "name is a list": canvas([[["M"], 1, 2]]),
    "name is an object": canvas([[{}, 1, 2]]),
    "name is unknown": canvas([*STRAIGHT, ["C", 1, 2, 3, 4, 5, 6]]),
    "name is small": canvas([["m", 1, 2]]),
    "name is empty": canvas([["", 1, 2]]),
    "no start": canvas([["L", 1, 2], ["L", 3, 4]]),
    "a curve from nowhere": canvas([["Q", 1, 2, 3, 4]]),
    "two starts": canvas([*STRAIGHT, ["M", 1, 2]]),
    "start too short": canvas([["M", 1]]),
    "start too long": canvas([["M", 1, 2, 3]]),
    "line too short": canvas([["M", 1, 2], ["L", 3]]),
    "line too long": canvas([["M", 1, 2], ["L", 3, 4, 5, 6]]),
    "curve too short": canvas([["M", 1, 2], ["Q", 3, 4]]),
    "curve too long": canvas([["M", 1, 2], ["Q", 3, 4, 5, 6, 7]]),
    "numbers in a list": canvas([["M", [1, 2]]]),
    "too many strokes": canvas(*[STRAIGHT] * (strokes_json.MAX_STROKES + 1)),
    "thousands of strokes": canvas(*[STRAIGHT] * 5000),
    "a stroke too long": canvas([*LONG, ["L", 3, 3]]),
    "all together too long": canvas(LONG, STRAIGHT),
    "curves add up": canvas([["M", 1, 1], *[["Q", 1, 99, 2, 2]] * (strokes_json.MAX_POINTS // 4)]),
    "deep list": deep(5000),
    "deep objects": {"objects": deep(5000)},
    "deep path": canvas(deep(5000)),
} | {
    f"{name} as {place}": value
    for name, odd in ODD_NUMBERS.items()
    for place, value in {
        "width": canvas(STRAIGHT, width=odd),
        "start": canvas([["M", odd, 1], ["L", 2, 2]]),
        "line": canvas([["M", 1, 1], ["L", 2, odd]]),
        "control point": canvas([["M", 1, 1], ["Q", 1, odd, 2, 2]]),
        "left": canvas(STRAIGHT, left=odd),
        "angle": canvas(STRAIGHT, angle=odd),
        "scale": canvas(STRAIGHT, scaleY=odd),
    }.items()
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_what_no_pad_sends_is_refused_in_a_sentence(value: Any) -> None:
    with pytest.raises(DrawingError, match=r"^[A-Z].*\.$"):
        strokes_json.to_strokes(value)


def test_as_much_as_is_allowed_is_taken() -> None:
    assert (
        len(strokes_json.to_strokes(canvas(*[STRAIGHT] * strokes_json.MAX_STROKES)))
        == strokes_json.MAX_STROKES
    )
    assert len(points(canvas(LONG))) == strokes_json.MAX_POINTS


def test_the_pen_is_no_thinner_than_a_pixel_and_no_thicker_than_the_pad() -> None:
    widths = [strokes_json.to_strokes(canvas(STRAIGHT, width=w))[0].width for w in (-5, 0, 0.2, 18, 900)]
    assert widths == [1, 1, 1, 18, PAD_SIZE]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["objects", "path", "strokeWidth", "type", "M"]) | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)
nearly_numbers = st.integers(-600, 600) | st.floats() | st.integers() | json_values
nearly_commands = st.one_of(
    st.tuples(st.just("M"), nearly_numbers, nearly_numbers).map(list),
    st.tuples(st.just("L"), nearly_numbers, nearly_numbers).map(list),
    st.tuples(st.just("Q"), *[nearly_numbers] * 4).map(list),
    st.lists(nearly_numbers | st.sampled_from("MLQ"), max_size=5),
    json_values,
)
nearly_objects = st.fixed_dictionaries(
    {"path": st.lists(nearly_commands, max_size=4), "strokeWidth": nearly_numbers},
    optional=dict.fromkeys(("left", "top", "angle", "scaleX", "scaleY", "flipX", "type"), nearly_numbers),
)
nearly_drawings = st.fixed_dictionaries({"objects": st.lists(nearly_objects | json_values, max_size=3)})


@settings(deadline=None, max_examples=150)
@given(json_values | nearly_drawings)
@example(canvas(STRAIGHT, scaleX=0, scaleY=-1))
@example(canvas(STRAIGHT, scaleX=9_000, scaleY=9_000, left=-9_000))
def test_any_json_is_a_drawing_or_refused(value: Any) -> None:
    try:
        drawing = strokes_json.to_strokes(value)
    except DrawingError:
        return
    assert len(drawing) <= strokes_json.MAX_STROKES
    for stroke in drawing:
        assert 1 <= len(stroke.points) <= strokes_json.MAX_POINTS
        assert np.abs(stroke.points).max() <= 10_000  # farther away takes minutes to draw
        assert 0 < stroke.width <= PAD_SIZE
    assert render(drawing).shape == (PAD_SIZE, PAD_SIZE)
