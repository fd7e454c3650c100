"""What is looked at: the cell, the filters, the order, the page. It stands in the link and nowhere else, so
that the link gives the same view again, and Back goes to a view that was there."""

import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st

from digitlab.data import NO_DIGIT
from digitlab.evaluation import mistakes
from ui.confusion_cells import name_of

ANY = "any"
PARTS = DIGITS, HANDWRITING, LABELS = ("Digits", "By handwriting", "Doubtful labels")
ANSWERS = {"all": None, "wrong": False, "right": True}


@dataclass(frozen=True)
class Range:
    """A measure that can be filtered: its name, its ends, and its smallest step."""

    title: str
    low: float
    high: float
    step: float
    unit: str

    def written(self, low: float, high: float) -> str:
        """For a chip: "Pen width 1.5 to 3 px"."""
        return f"{self.title} {low:g} to {high:g} {self.unit}".strip()


CONFIDENCE = "confidence"
RANGES = {
    CONFIDENCE: Range("Confidence", 0.0, 1.0, 0.01, ""),
    "pen": Range("Pen width", 0.0, 6.0, 0.1, "px"),
    "slant": Range("Slant", -60.0, 60.0, 1.0, "°"),
    "height": Range("Height", 0.0, 20.0, 1.0, "px"),
}
_NAMES = {name_of(label): label for label in range(NO_DIGIT + 1)}
_LINK = ("show", "is", "read_as", "answers", *RANGES, "order", "page")


@dataclass(frozen=True)
class View:
    part: str = DIGITS  # one of PARTS
    label: int | None = None
    answer: int | None = None
    right: bool | None = None
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)  # by RANGES; where not all
    order: str = mistakes.ORDERS[0]
    page: int = 1

    @property
    def filter(self) -> mistakes.Filter:
        """Ranges as slices have them: the lower end is in, the upper one isn't, unless both are the same. At
        the slider's end everything beyond passes, too."""
        ranges = {}
        for name, (low, high) in self.ranges.items():
            of = RANGES[name]
            # the measures are float32
            below = high if low == high else float(np.nextafter(np.float32(high), np.float32(-np.inf)))
            ranges[name] = (low if low > of.low else -math.inf, below if high < of.high else math.inf)
        confidence = ranges.pop(CONFIDENCE, (0, 1))
        return mistakes.Filter(self.label, self.answer, self.right, confidence, ranges)


def from_link() -> View:
    """What the link asks for; what is wrong in it counts for nothing."""
    params = st.query_params
    ranges = {name: found for name in RANGES if (found := _range(name, params.get(name, "")))}
    page = params.get("page", "")
    return View(
        part=_one_of(PARTS, params.get("show"), DIGITS),
        label=_NAMES.get(params.get("is", "")),
        answer=_NAMES.get(params.get("read_as", "")) if params.get("read_as") != name_of(NO_DIGIT) else None,
        right=ANSWERS.get(params.get("answers", "")),
        ranges=ranges,
        order=_one_of(mistakes.ORDERS, params.get("order"), mistakes.ORDERS[0]),
        page=max(1, int(page)) if re.fullmatch(r"\d{1,4}", page, re.ASCII) else 1,
    )


def asks_for_pictures() -> bool:
    """Whether the link names a cell or a filter, be it "any"."""
    view = from_link()
    asked = {st.query_params.get("is"), st.query_params.get("read_as")}
    return ANY in asked or view != View(part=view.part, order=view.order, page=view.page)


def _one_of(options: tuple[str, ...], value: str | None, default: str) -> str:
    return value if value in options else default


def _range(name: str, text: str) -> tuple[float, float] | None:
    """From "1.5 to 3"."""
    found = re.fullmatch(r"(-?\d{1,3}(?:\.\d{1,2})?) to (-?\d{1,3}(?:\.\d{1,2})?)", text, re.ASCII)
    if not found:
        return None
    of = RANGES[name]
    low, high = sorted(min(max(float(end), of.low), of.high) for end in found.groups())
    return (low, high) if (low, high) != (of.low, of.high) else None


def link(view: View) -> dict[str, str]:
    """The view as parameters; what is as usual has none. A cell always has both, so that "any" is kept."""
    written = {name: f"{low:g} to {high:g}" for name, (low, high) in view.ranges.items()}
    if view.part != DIGITS:
        written["show"] = view.part
    written["is"] = ANY if view.label is None else name_of(view.label)
    written["read_as"] = ANY if view.answer is None else str(view.answer)
    if view.right is not None:
        written["answers"] = "right" if view.right else "wrong"
    if view.order != mistakes.ORDERS[0]:
        written["order"] = view.order
    if view.page > 1:
        written["page"] = str(view.page)
    return written


def show(view: View, **changes: Any) -> None:
    """Go to this view with these changes, on its first page unless another is named. In a callback: one press
    is one step in the browser's history."""
    parameters = link(replace(view, **{"page": 1, **changes}))
    # one message to the browser, and nothing of other pages and widgets is touched; [] takes a parameter out
    st.query_params.update({name: parameters.get(name, []) for name in _LINK})
