"""What is on the paper and isn't the digit: printed lines, a box, a line under it, the table's edge. It is
taken away where that is safe; where it isn't, there is a reason to doubt.

Ink is float32 (H, W) here, 0 for paper, in any unit.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digitlab import ink as shapes

CUT = "The digit touches the picture’s edge."
CROSSED = "A line goes through the digit."
UNDERLINED = "A line touches the digit."
TURNED = "The lines on the paper run upright. Perhaps the page is turned."

_FAINT = 0.3  # of the strongest ink; what is weaker is a pale rule, a smear, the paper's back
_LARGE = 512  # pixels of the longer side: so large is a camera's picture
_CROSSED_SIDE = 96  # pixels: enough to see whether something is crossed out
_SMALL = 256  # pixels of the longer side: enough to find lines in
_LEAN = np.tan(np.radians(18))  # the steepest line that still lies
_SPANS = 0.6  # of the picture is what a printed line runs through, at least
_THICKEST = 0.02  # of the picture's longer side
_RULES = 60  # in a picture, at most
_UNDER_LEAN = 0.2  # of an underline
_UNDER_WIDE = 0.5  # of its length is what stands on it, or it is a 1 with a foot
_UNDER_OVER = 0.1  # of its length lies to both sides of where that touches it
# so little of it to the left, and so much to the right, or so wide what stands on it: it may be a 2
_TWO_LEFT, _TWO_RIGHT, _TWO_WIDE = 0.3, 0.35, 0.7


class Cleared(NamedTuple):
    ink: np.ndarray  # what is left
    doubt: str | None  # why it may be misread, in a sentence


class Pieces(NamedTuple):
    """What hangs together in a mask. Number 0 is the paper."""

    labels: np.ndarray  # int32 (H, W)
    boxes: np.ndarray  # int (N, 4): left, top, width, height
    areas: np.ndarray  # int (N,)

    @property
    def sizes(self) -> np.ndarray:
        """The longer sides of their boxes; none for the paper."""
        longer = self.boxes[:, 2:].max(axis=1)
        longer[0] = 0
        return longer


def pieces(ink: np.ndarray) -> Pieces:
    mask = (ink > 0).view(np.uint8)
    if max(ink.shape) >= _LARGE:  # a pencil's grain leaves gaps
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    return Pieces(labels, stats[:, : cv2.CC_STAT_AREA], stats[:, cv2.CC_STAT_AREA])


def cleared(ink: np.ndarray) -> Cleared:
    """The digit's ink alone."""
    if not ink.any():
        return Cleared(ink, None)
    inked = ink[ink > 0]
    few = min(max(ink.shape) // 2, len(inked))  # pixels: even a thin line has more
    least = max(1, _FAINT * np.partition(inked, -few)[-few])
    left, doubt = _taken_away(np.where(ink >= least, ink, 0))
    edge = cv2.dilate((left > 0).astype(np.uint8), np.ones((3, 3))) > 0
    return Cleared(np.where(edge & (left == 0) & (ink < least), ink, left), doubt)


def _taken_away(ink: np.ndarray) -> Cleared:
    """One thing after the other, from ink without soft edges."""
    ink, doubt = _without_rules(ink)
    ink = _without_box(ink)
    ink = _without_underline(ink)
    ink, is_cut = _without_border(ink)
    if is_cut:
        return Cleared(ink, CUT)
    whole = _filled(ink)
    if whole is ink and _is_crossed_out(ink):
        return Cleared(ink, CROSSED)
    if _is_underlined(ink):
        return Cleared(whole, UNDERLINED)
    return Cleared(whole, doubt)


def _without(found: Pieces, ink: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The ink without the pieces of these numbers."""
    taken = np.zeros(len(found.areas), bool)
    taken[gone] = True
    return np.where(taken[found.labels], 0, ink)


# --- printed lines -------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A line from left to right: for each column its row and, up and down, how far ink reaches from it."""

    rows: np.ndarray  # int (W,)
    up: np.ndarray  # int (W,); -1 where there is none
    down: np.ndarray
    thickness: float  # pixels, where nothing crosses it


def _without_rules(ink: np.ndarray) -> Cleared:
    """Lines through the whole picture go, across and upright."""
    lying, upright = _rules(ink), _rules(ink.T)
    if not lying and not upright:
        return Cleared(ink, None)
    left = ink.copy()
    for line in lying:
        _erase(left, line)
    for line in upright:
        _erase(left.T, line)
    widest = max(line.thickness for line in [*lying, *upright])
    left = _mended(ink, left, widest)
    found = pieces(left)
    if len(found.areas) > 1:  # what was left of the lines themselves
        left = _without(found, left, np.flatnonzero(found.sizes < 0.15 * found.sizes.max()))
    if not left.any():  # it is all that there is
        return Cleared(ink, None)
    return Cleared(left, TURNED if len(upright) > 2 and not lying else None)


def _rules(ink: np.ndarray) -> list[Line]:
    """Lines that lie, from the picture's left to its right."""
    scale = min(1, _SMALL / max(ink.shape))
    rest = (shapes.resized((ink > 0).astype(np.float32), scale) > 0.15).astype(np.uint8)
    found: list[Line] = []
    for _ in range(4):  # seen from the side, not all of them lean alike
        lean, rows = _peaks(rest)
        lines = []
        for row in rows:
            line = _followed(ink, lean, row, scale)
            if line and not any(_is_same(line, other) for other in found + lines):
                lines.append(line)
        if not lines:
            break
        found += lines
        for line in lines:
            columns = np.arange(0, ink.shape[1])
            for off in (-1, 0, 1):
                at = np.clip(np.round(line.rows * scale).astype(int) + off, 0, rest.shape[0] - 1)
                rest[at, np.clip((columns * scale).astype(int), 0, rest.shape[1] - 1)] = 0
        if len(found) > _RULES:
            break
    return found


def _is_same(line: Line, other: Line) -> bool:
    return float(np.median(np.abs(line.rows - other.rows))) <= max(line.thickness, other.thickness)


def _peaks(mask: np.ndarray) -> tuple[float, np.ndarray]:
    """The lean that most lines have, and in which rows of the middle column such lines are."""
    height, width = mask.shape
    y, x = np.nonzero(mask)
    x = x - width / 2
    margin = int(_LEAN * width / 2) + 2
    best, profile = 0.0, np.zeros(height + 2 * margin)
    score = 0.0
    for lean in np.linspace(-_LEAN, _LEAN, 97):
        counted = np.bincount((y - lean * x + margin + 0.5).astype(int), minlength=len(profile))
        if (now := float((counted.astype(float) ** 3).sum())) > score:
            score, best, profile = now, float(lean), counted
    grid_y, grid_x = np.indices(mask.shape)
    room = np.bincount(
        (grid_y - best * (grid_x - width / 2) + margin + 0.5).astype(int).ravel(), minlength=len(profile)
    )
    near = profile + np.maximum(np.roll(profile, 1), np.roll(profile, -1))  # it may lie between two rows
    is_line = (near >= _SPANS * room) & (room > 0.5 * width)
    is_line &= (profile >= np.roll(profile, 1)) & (profile > np.roll(profile, -1))
    return best, np.flatnonzero(is_line) - margin


def _followed(ink: np.ndarray, lean: float, row: int, scale: float) -> Line | None:
    """The line found in the small picture, in the large one; None where it doesn't run through."""
    height, width = ink.shape
    x = np.arange(width)
    rows = row / scale + lean * (x - width / 2)
    reach = int(2.5 / scale + _THICKEST * max(ink.shape))
    at = np.round(rows).astype(int)[:, None] + np.arange(-reach, reach + 1)
    there = (ink[np.clip(at, 0, height - 1), x[:, None]] > 0) & (at >= 0) & (at < height)
    weight = there.sum(axis=1)
    middle = (at * there).sum(axis=1) / np.maximum(weight, 1)
    clear = (weight > 0) & (weight <= 1.5 * np.median(weight[weight > 0])) if weight.any() else weight > 0
    for within in (reach, max(2.0, reach / 4)):  # nothing that crosses, nor what lies beside
        clear &= np.abs(middle - rows) <= within
        if clear.sum() < 0.4 * width:
            return None
        rows = np.polyval(np.polyfit(x[clear], middle[clear], 2), x)
    line = _measured(ink, rows)
    if line is None:
        return None
    inside = np.flatnonzero((rows >= 0) & (rows < height))
    hit = line.up[inside] >= 0
    end = max(3, len(hit) // 50)
    return line if min(hit[:end].mean(), hit[-end:].mean()) > 0.5 else None  # a digit ends before


def _measured(ink: np.ndarray, rows: np.ndarray, spans: float = _SPANS) -> Line | None:
    """How thick the line along these rows is; None where there is none."""
    height, width = ink.shape
    x = np.arange(width)
    centre = np.round(rows).astype(int)
    inside = (centre >= 0) & (centre < height)
    reach = max(6, height // 12)
    offsets = np.arange(-reach, reach + 1)
    at = centre[:, None] + offsets
    there = (ink[np.clip(at, 0, height - 1), x[:, None]] > 0) & (at >= 0) & (at < height)
    near = np.argmin(np.where(there, np.abs(offsets), 999), axis=1)  # the ink that is nearest to the line
    hit = there.any(axis=1) & (np.abs(offsets[near]) <= 2) & inside
    if hit.sum() < spans * max(inside.sum(), 1):
        return None
    up = np.argmin(np.where(np.arange(2 * reach + 1) <= near[:, None], there, True)[:, ::-1], axis=1)
    first = 2 * reach + 1 - up  # the topmost pixel of the run
    first = np.where(up == 0, 0, first)
    gone = np.where(np.arange(2 * reach + 1) >= near[:, None], there, True)
    down = np.argmin(gone, axis=1)
    last = np.where(down == 0, 2 * reach, down - 1)
    length = np.where(hit, last - first + 1, 0)
    return Line(
        centre + offsets[near],
        np.where(hit, near - first, -1),
        np.where(hit, last - near, -1),
        float(np.median(length[hit])),
    )


def _erase(ink: np.ndarray, line: Line) -> None:
    """Where it is as thin as it is elsewhere; in place."""
    height, width = ink.shape
    x = np.arange(width)
    limit = 1.5 * line.thickness + 2
    thin = (line.up >= 0) & (line.up + line.down + 1 <= limit)
    reach = int(limit) + 1
    for off in range(-reach, reach + 1):
        at = line.rows + off
        within = thin & (off >= -line.up - 1) & (off <= line.down + 1) & (at >= 0) & (at < height)
        ink[at[within], x[within]] = 0


def _mended(ink: np.ndarray, left: np.ndarray, widest: float) -> np.ndarray:
    """What the lines took from the digit's strokes where they cross it at a slant."""
    side = int(2 * (widest // 2) + 5)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.where(
        (ink > 0) & (left == 0), np.minimum(cv2.morphologyEx(left, cv2.MORPH_CLOSE, kernel), ink), left
    )


# --- a box ---------------------------------------------------------------------------------------------


def _without_box(ink: np.ndarray) -> np.ndarray:
    """A frame with something in it goes."""
    found = pieces(ink)
    for number in np.argsort(-found.sizes):
        left, top, width, height = found.boxes[number].tolist()
        if number == 0 or min(width, height) < 0.12 * min(ink.shape):
            continue
        part = np.s_[top : top + height, left : left + width]
        own = found.labels[part] == number
        inside = np.where(own, 0, ink[part])
        is_empty = _extent(inside) < 0.3 * min(width, height)
        # where it touches what is in it, it must be straight: a ring is none
        if _framed(own, 0.05 if is_empty else 0.08) < 0.9:
            continue
        if is_empty:
            inside = _opened(np.where(own, ink[part], 0)) + inside
        if _extent(inside) < 0.3 * min(width, height):
            continue
        alone = np.zeros_like(ink)
        alone[part] = inside
        return alone
    return ink


def _extent(ink: np.ndarray) -> int:
    return int(pieces(ink).sizes.max())


def _framed(own: np.ndarray, reach: float) -> float:
    """How much of each side of the smallest rectangle around it ink runs along, at least: 1 for a frame, a
    half for a ring. It may be as far away as `reach`, a share of the shorter side."""
    contours, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    corners = cv2.boxPoints(around := cv2.minAreaRect(np.concatenate(contours)))
    if min(around[1]) < 0.4 * max(around[1]):
        return 0
    gap = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near = max(3, reach * min(around[1]))
    along = np.linspace(0.04, 0.96, 60)[:, None]
    sides = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        at = np.round(start + along * (end - start)).astype(int)
        at = np.clip(at, 0, np.array(own.shape[::-1]) - 1)
        sides.append(float(np.mean(gap[at[:, 1], at[:, 0]] <= near)))
    return min(sides)


def _opened(frame: np.ndarray) -> np.ndarray:
    """The frame without its four sides: what touched them."""
    left = frame.copy()
    for view in (left, left[::-1], left.T, left.T[::-1]):
        _erase_top(view)
    found = pieces(left)
    return _without(found, left, np.flatnonzero(found.sizes < 0.15 * max(frame.shape)))


def _erase_top(ink: np.ndarray) -> None:
    """The topmost line of a frame; in place."""
    height, width = ink.shape
    first = np.argmax(ink > 0, axis=0)
    near = (ink > 0).any(axis=0) & (first < 0.15 * height)
    x = np.arange(width)
    if near.sum() < 0.8 * width:
        return
    rows = np.polyval(np.polyfit(x[near], first[near], 2), x)
    near &= np.abs(first - rows) < 0.05 * height
    rows = np.polyval(np.polyfit(x[near], first[near], 2), x)
    if line := _measured(ink, rows + 1, 0.5):
        _erase(ink, line)


# --- the picture's border ------------------------------------------------------------------------------


def _without_border(ink: np.ndarray) -> tuple[np.ndarray, bool]:
    """What comes in from beyond the picture goes: a table, a finger, another sheet; unless it is the digit
    itself. Then it is cut, and nobody knows what is missing."""
    found = pieces(ink)
    edge = shapes.border(found.labels)
    touching = np.unique(edge[edge > 0])
    if not len(touching):
        return ink, False
    inner = found.sizes.copy()
    inner[touching] = 0
    contacts = {number: int(np.count_nonzero(edge == number)) for number in touching.tolist()}
    digits = [number for number, contact in contacts.items() if _is_stroke(found, number, contact)]
    largest = max((found.sizes[number] for number in digits), default=0)
    if largest > 0.5 * inner.max() and largest >= 0.08 * min(ink.shape):
        return _without(found, ink, np.setdiff1d(touching, digits)), True
    if inner.max() < 8:
        return ink, True
    return _without(found, ink, touching), False


def _is_stroke(found: Pieces, number: int, contact: int) -> bool:
    """Whether a piece at the border is a stroke that ends there: it doesn't lie along it, it is thin, and it
    is no printed line beside a digit that is whole."""
    left, top, width, height = found.boxes[number].tolist()
    if contact > 0.6 * max(width, height):
        return False
    own = found.labels[top : top + height, left : left + width] == number
    others = np.delete(found.sizes, number)
    if others.max() > 0.08 * min(found.labels.shape) and (_is_dash(own) or _is_dash(own.T)):
        return False
    return shapes.depth_of(own.astype(np.uint8)).max() < 0.2 * max(width, height)


# --- a line under it -----------------------------------------------------------------------------------


def _without_underline(ink: np.ndarray) -> np.ndarray:
    """Straight lines below everything else go."""
    for _ in range(3):
        found = pieces(ink)
        big = np.flatnonzero(found.sizes >= 0.25 * found.sizes.max())
        if len(big) < 2:
            return ink
        bottom = found.boxes[:, 1] + found.boxes[:, 3] / 2
        lowest = big[np.argmax(bottom[big])]
        rest = np.setdiff1d(big, lowest)
        left, top = found.boxes[rest, :2].min(axis=0)
        right, low = (found.boxes[rest, :2] + found.boxes[rest, 2:]).max(axis=0)
        x, y, width, height = found.boxes[lowest].tolist()
        own = found.labels[y : y + height, x : x + width] == lowest
        beneath = y + height / 2 > low - 0.05 * (low - top)
        under = min(x + width, right) - max(x, left) > 0.5 * (right - left)
        if not (beneath and under and width >= 0.6 * (right - left) and _is_dash(own)):
            return ink
        ink = _without(found, ink, np.array([lowest]))
    return ink


def _is_dash(own: np.ndarray) -> bool:
    """Whether a piece is one straight line that lies."""
    y, x = np.nonzero(own)
    if np.ptp(x) < 3 * own.any(axis=0).mean() or len(x) < 8:
        return False
    slope, start = np.polyfit(x, y, 1)
    thick = own.sum(axis=0).mean()
    off = np.abs(y - slope * x - start)
    return bool(abs(slope) < 0.35 and np.percentile(off, 95) < 1.2 * thick + 2 and np.ptp(x) > 4 * thick)


def _is_underlined(ink: np.ndarray) -> bool:
    """Whether it stands on a straight line, and is no 2, nor a 1 with a foot."""
    x, y, width, height = cv2.boundingRect((ink > 0).astype(np.uint8))
    if width < 16:
        return False
    part = ink[y : y + height, x : x + width] > 0
    pen = stroke_width_of(part.astype(np.uint8))
    columns = np.flatnonzero(part.any(axis=0))
    lowest = height - 1 - np.argmax(part[::-1, columns], axis=0)
    slope, start = np.polyfit(columns, lowest, 1)
    off = np.percentile(np.abs(lowest - slope * columns - start), 95)
    if abs(slope) > _UNDER_LEAN or off > 0.5 * pen + 2:
        return False
    # of each pixel above the line's lower edge
    rise = slope * np.arange(width) + start - np.arange(height)[:, None]
    above = part & (rise > 1.6 * pen)
    stands = np.flatnonzero(above.any(axis=0))
    touches = np.flatnonzero((above & (rise < 2.4 * pen)).any(axis=0))
    if not len(touches):
        return False
    left, right, wide = touches[0] / width, 1 - (touches[-1] + 1) / width, np.ptp(stands) / width
    is_two = left < _TWO_LEFT and (right > _TWO_RIGHT or wide > _TWO_WIDE)
    return bool(min(left, right) > _UNDER_OVER and wide > _UNDER_WIDE and not is_two)


# --- an outline, and what is crossed out ---------------------------------------------------------------


def _filled(ink: np.ndarray) -> np.ndarray:
    """Where only the outline of fat strokes is drawn, what lies within is ink, too."""
    mask = (ink > 0).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, (tree,) = (
        cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE) if mask.any() else ((), ((),))
    )
    if not len(contours):
        return ink
    outer = max(
        (n for n in range(len(contours)) if tree[n][3] < 0), key=lambda n: cv2.contourArea(contours[n])
    )
    size = max(cv2.boundingRect(contours[outer])[2:])
    holes = [contours[n] for n in range(len(contours)) if tree[n][3] == outer]
    holes = [hole for hole in holes if max(cv2.boundingRect(hole)[2:]) > 0.1 * size]
    if not holes:
        return ink
    within = np.zeros_like(mask)
    cv2.drawContours(within, holes, -1, 1, cv2.FILLED)
    inside = np.bitwise_and(mask, within)
    cv2.drawContours(inside, holes, -1, 0, 2)  # their own edge
    rings = _rings(inside, 0.05 * size)
    pen = stroke_width_of(mask)
    beside = mask.copy()
    beside[cv2.dilate(within, np.ones((3, 3))) > 0] = 0
    around = cv2.distanceTransform(1 - within, cv2.DIST_L2, cv2.DIST_MASK_5)
    lonely = np.count_nonzero((beside > 0) & (around > 1.6 * pen + 2))
    if lonely > 0.08 * np.count_nonzero(mask) or not (
        rings or (len(holes) == 1 and _is_stroke_like(holes[0]))
    ):
        return ink
    shape = np.zeros_like(mask)
    cv2.drawContours(shape, contours, outer, 1, cv2.FILLED)
    for ring in rings:  # what lies within these is paper again
        cv2.drawContours(shape, [ring], -1, 0, cv2.FILLED)
    return np.where(np.bitwise_or(shape, mask) > 0, ink.max(), ink)


def _rings(mask: np.ndarray, least: float) -> list[np.ndarray]:
    """The holes of what is closed in itself."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    holes = (contour for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True) if parent >= 0)
    return [hole for hole in holes if max(cv2.boundingRect(hole)[2:]) > least]


def _is_stroke_like(hole: np.ndarray) -> bool:
    """Long and thin, or bent: no 0 is."""
    area = cv2.contourArea(hole)
    (_, sides, _) = cv2.minAreaRect(hole)
    solid = area / max(cv2.contourArea(cv2.convexHull(hole)), 1)
    return solid < 0.85 or max(sides) > 4 * max(min(sides), 1)


def stroke_width_of(mask: np.ndarray) -> float:
    return shapes.stroke_width(mask.astype(np.float32))


def _is_crossed_out(ink: np.ndarray) -> bool:
    """Whether a straight line runs through it that reaches beyond it at both ends."""
    x, y, width, height = cv2.boundingRect((ink > 0).astype(np.uint8))
    size = max(width, height)
    if size < 16:
        return False
    part = (ink[y : y + height, x : x + width] > 0).astype(np.float32)
    small = (shapes.resized(part, min(1, _CROSSED_SIDE / size)) > 0.5).astype(np.uint8)
    size = max(small.shape)
    band = 0.8 * stroke_width_of(small) + 1
    found = cv2.HoughLinesP(small, 1, np.pi / 90, int(0.5 * size), minLineLength=0.7 * size, maxLineGap=2)
    if found is None:
        return False
    rows, columns = np.nonzero(small)
    points = np.column_stack([columns, rows]).astype(float)
    lines = found.reshape(-1, 4).astype(float)
    for line in lines[np.argsort(-np.hypot(*(lines[:, 2:] - lines[:, :2]).T))][:20]:
        start, end = line[:2], line[2:]
        length = np.hypot(*(end - start))
        along, across = (end - start) / length, np.array([-(end - start)[1], (end - start)[0]]) / length
        off, at = (points - start) @ across, (points - start) @ along
        rest = np.abs(off) > band
        if rest.sum() < 0.3 * len(points):
            continue
        sides = np.mean(off[rest] > 0)
        first, last = np.percentile(at[rest], [0.5, 99.5])
        if 0.3 < sides < 0.7 and min(first, length - last) > 0.05 * size + 1.2 * band:
            return True
    return False
