"""What a class has drawn, as files: a ZIP of PNGs, a CSV and an .npz as `digitlab.evaluation.own_data` reads
them, and the strokes as JSON. A pupil is a number in them, never an animal."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np

from digitlab.classroom.drawings import Snapshot
from digitlab.evaluation import own_data
from digitlab.preprocess import FIELD
from digitlab.strokes import PAD_SIZE

MOST = own_data.MAX_PICTURES  # of a file: more couldn't be read back. The newest ones are in it
MOST_JSON = 30_000_000  # characters; a class that draws digits has a tenth of it


def chosen(snapshot: Snapshot, everything: bool = False) -> Snapshot:
    """What belongs in a file: the newest drawings that everybody may see, MOST of them at most; with
    `everything` also those that wait, or are hidden or held."""
    wanted = snapshot if everything else snapshot.public
    return Snapshot(wanted.revision, wanted.rows[-MOST:])


def zip_of_pictures(snapshot: Snapshot) -> bytes:
    """PNGs of 28 × 28 pixels in folders 0 to 9: "4/drawing-12-of-pupil-3.png"."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for row, picture in zip(snapshot.rows, snapshot.pictures, strict=True):
            _, png = cv2.imencode(".png", picture)
            name = f"{row.label}/drawing-{row.number}-of-pupil-{row.pupil}.png"
            archive.writestr(zipfile.ZipInfo(name), png.tobytes())  # without the time
    return content.getvalue()


def csv(snapshot: Snapshot) -> bytes:
    """As on Kaggle: a row of headings, then label and 784 pixels in each."""
    written = [str(value) for value in range(256)]
    table = np.column_stack([snapshot.labels, snapshot.pictures.reshape(-1, FIELD * FIELD)])
    heading = ",".join(["label", *(f"pixel{number}" for number in range(FIELD * FIELD))])
    rows = (",".join(map(written.__getitem__, row)) for row in table.tolist())
    return ("\n".join([heading, *rows]) + "\n").encode()


def npz(snapshot: Snapshot) -> bytes:
    """Pictures, labels, and the numbers of the pupils."""
    return own_data.npz(snapshot.pictures, snapshot.labels, snapshot.pupils.astype(np.int64))


def strokes_json(snapshot: Snapshot) -> bytes:
    """How they were drawn: the width of each stroke and its points (x, y), in pixels of a pad of PAD_SIZE.
    Of drawings with very many points only the newest fit in."""
    fitting: list[str] = []
    room = MOST_JSON
    for index in reversed(range(len(snapshot.rows))):
        text = _drawing(snapshot, index)
        room -= len(text)
        if room < 0:
            break
        fitting.append(text)
    return f'{{"pad": {PAD_SIZE}, "drawings": [{", ".join(reversed(fitting))}]}}'.encode()


def _drawing(snapshot: Snapshot, index: int) -> str:
    row = snapshot.rows[index]
    strokes = [{"width": width, "points": points} for points, width in snapshot.drawing(index)]
    about = {name: getattr(row, name) for name in ("number", "pupil", "asked", "label", "label_by")}
    state = "held" if row.held else row.state
    return json.dumps(about | {"read_as": row.guess, "state": state, "strokes": strokes})


FILES: Mapping[str, tuple[Callable[[Snapshot], bytes], str]] = MappingProxyType(
    {
        "pictures.zip": (zip_of_pictures, "application/zip"),
        "pictures.csv": (csv, "text/csv"),
        "pictures.npz": (npz, "application/octet-stream"),
        "strokes.json": (strokes_json, "application/json"),
    }
)
