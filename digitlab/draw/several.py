"""Several digits beside each other: where a picture that is no digit falls apart cleanly into digits."""

from typing import NamedTuple

import cv2
import numpy as np

from digitlab.inference import Answer, Model
from digitlab.preprocess import MIN_SIDE, shrink, to_mnist, trace

MOST = 4  # digits; more leave each too few pixels on the pad
SURE = 0.8  # of each digit; more than of a single one, for a number is wrong as soon as one of them is
_SIDE = 1024  # pixels; of a larger picture nothing more is seen
_PIECES = 40  # of ink; a number has few, noise and scrawls have many
_TOGETHER = 0.35  # of its width; a piece that lies so far above or below another belongs to it
_HEIGHT = 0.5  # of the tallest, at least
_LINE = 0.35  # of the tallest; how far the middles may be apart, up and down


class Part(NamedTuple):
    """One digit of several."""

    seen: np.ndarray  # float32 (28, 28) in [0, 1]: what the model sees
    answer: Answer


def read(model: Model, picture: np.ndarray, whole: Answer) -> tuple[Part, ...]:
    """The digits in a picture, from left to right. None where the whole has an answer or is a doubtful photo,
    where it doesn't fall apart cleanly into 2 to 4 pieces, or where one of these is no digit, or not a sure
    one.

    `picture` is uint8 as for `to_mnist`; `whole` is what the model says about all of it.
    """
    if whole.digit is not None or whole.doubt:  # nearly always: a usual stroke costs nothing more
        return ()
    parts = []
    for piece in split(picture):
        seen = to_mnist(piece)
        if seen is None:
            return ()
        answer = model.answer(seen)
        if answer.digit is None or answer.probabilities[answer.digit] < SURE:
            return ()
        parts.append(Part(seen, answer))
    return tuple(parts)


def split(picture: np.ndarray) -> list[np.ndarray]:
    """2 to 4 pictures of what stands beside each other, from left to right, uint8, dark on light; empty where
    there is no clean cut: paper in between, similar heights, one line. Raises PictureError as `to_mnist`."""
    traced = trace(shrink(picture, _SIDE))
    if traced is None:
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats((traced.ink >= 0.5).astype(np.uint8))
    if not 2 <= count - 1 <= _PIECES:
        return []
    boxes = stats[1:, : cv2.CC_STAT_AREA]
    groups = _groups(boxes)
    if not 2 <= len(groups) <= MOST or not _on_one_line([_around(boxes[group]) for group in groups]):
        return []
    return [_cut_out(traced.ink, labels, group + 1, _around(boxes[group])) for group in groups]


def _groups(boxes: np.ndarray) -> list[np.ndarray]:
    """Which pieces belong together: numbers of rows of `boxes`, int (N, 4): left, top, width, height. A 5's
    bar lies above its bow, a 7's across its stem."""
    groups: list[list[int]] = []
    left = right = 0
    for number in np.argsort(boxes[:, 0], kind="stable").tolist():
        start, _, width, _ = boxes[number].tolist()
        end = start + width
        narrower = min(width, right - left)
        if groups and min(right, end) - start > _TOGETHER * narrower:
            groups[-1].append(number)
            right = max(right, end)
        else:
            groups.append([number])
            left, right = start, end
    return [np.array(group) for group in groups]


def _around(boxes: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of all boxes together."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0).tolist()
    return left, top, right, bottom


def _on_one_line(boxes: list[tuple[int, int, int, int]]) -> bool:
    heights = [bottom - top for _, top, _, bottom in boxes]
    middles = [(top + bottom) / 2 for _, top, _, bottom in boxes]
    tallest = max(heights)
    return min(heights) >= _HEIGHT * tallest and max(middles) - min(middles) <= _LINE * tallest


def _cut_out(
    ink: np.ndarray, labels: np.ndarray, group: np.ndarray, box: tuple[int, int, int, int]
) -> np.ndarray:
    """The ink of these pieces alone, with its soft edge, on white paper."""
    left, top, right, bottom = box
    area = np.s_[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1]
    own = cv2.dilate(np.isin(labels[area], group).astype(np.uint8), np.ones((3, 3)))
    paper = 255 - np.round(ink[area] * own * 255).astype(np.uint8)
    return np.pad(paper, MIN_SIDE, constant_values=255)
