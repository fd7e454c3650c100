"""A stroke counts wherever it begins, by mouse and by finger."""

import pytest
from playwright.sync_api import Page

from tests.browser.pad import Pad

# begins of strokes, as shares of the pad: its corners, along its edges, and where the canvas has its toolbar
BEGINS = [
    *((x, y) for x in (0.02, 0.98) for y in (0.02, 0.98)),
    *((x, 0.03) for x in (0.3, 0.5, 0.6, 0.84, 0.92)),
    *((x, 0.5) for x in (0.02, 0.98)),
    (0.92, 0.09),
]


def ink(pad: Pad) -> int:
    return int((pad.picture()[:, :, :3].min(axis=2) < 128).sum())


def inwards(begin: tuple[float, float]) -> list[tuple[float, float]]:
    """A line of 60 pixels to the middle of the pad."""
    x, y = begin[0] * 280, begin[1] * 280
    length = ((140 - x) ** 2 + (140 - y) ** 2) ** 0.5
    return [(x + (140 - x) * n * 6 / length, y + (140 - y) * n * 6 / length) for n in range(11)]


@pytest.mark.parametrize("finger", [False, True], ids=["mouse", "finger"])
def test_a_stroke_from_everywhere_leaves_ink(request: pytest.FixtureRequest, finger: bool) -> None:
    page: Page = request.getfixturevalue("phone" if finger else "page")
    pad, before = Pad(page), 0
    for begin in BEGINS:
        (pad.touch if finger else pad.stroke)(inwards(begin))
        page.wait_for_timeout(100)
        now = ink(pad)
        assert now > before + 100, f"the stroke from {begin} is lost"
        before = now


def test_a_tap_in_the_upper_right_is_a_dot(phone: Page) -> None:
    pad = Pad(phone)
    pad.touch([(60, 140), (60, 200)])
    phone.wait_for_timeout(100)
    before = ink(pad)
    for x in (0.55, 0.65, 0.75, 0.85, 0.97):
        pad.touch([(x * 280, 10), (x * 280, 10)])
        phone.wait_for_timeout(100)
    assert ink(pad) > before + 400


def test_after_clear_there_is_no_toolbar_either(page: Page) -> None:
    pad = Pad(page)
    pad.stroke([(60, 140), (60, 200)])
    pad.clear.click()
    pad.wait_for_a_new_canvas()
    pad.stroke(inwards((0.92, 0.03)))
    page.wait_for_timeout(100)
    assert ink(pad) > 100
