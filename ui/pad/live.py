"""The answer while one draws, worked out in the browser: the networks of live.bin files, the zoo's or a
class's."""

from digitlab import inference
from digitlab.draw import link
from digitlab.inference import DETECTOR, STROKES, Model
from digitlab.strokes import Drawing
from ui import answers, style
from ui.pad import live_files
from ui.pad.in_browser import in_browser

WORDS = {
    "empty": style.EMPTY,
    "emptyHint": style.EMPTY_HINT,
    "notSure": style.NOT_SURE,
    "noDigit": style.NO_DIGIT,
    "several": style.SEVERAL,
    "sureness": style.SURENESS,
}

_live = in_browser(
    __file__, html='<div class="live" data-testid="live-answer" aria-hidden="true"></div>', isolated=False
)


def live(model: Model | None, demo: Drawing | None = None) -> None:
    """Call it in a container with the key "reading", beside the server's answer. Without a model, or with one
    that is too large for a browser, the server's answer stands alone. `demo` draws itself on an empty pad, or
    once more where it lies there already."""
    name, address = (live_files.network(model.name) if model is not None else None) or (None, "")
    join = joined_by(model) if model is not None and name else None
    trust = answers.trust(model) if model is not None else answers.BLANK
    others = (DETECTOR, *((STROKES,) if join else ()))
    _live(
        key="live",
        data={
            "worker": live_files.url("worker.js"),
            "model": name,
            "urls": {name: address} | {other: live_files.url(f"{other}.bin") for other in others}
            if name
            else {},
            "join": join,
            "rules": {"threshold": inference.load(DETECTOR).card["threshold"], "sure": inference.SURE},
            "words": WORDS,
            "template": str(answers.template(join is not None, trust)),
            "demo": link.encode(demo) if demo else None,
        },
    )


def joined_by(model: Model) -> dict[str, float] | None:
    """How the browser joins what a model says with what the reader of strokes says
    (`digitlab.inference.joined`); None where a model answers alone."""
    if not model.reads_movement:
        return None
    card = inference.load(STROKES).card
    return {"weight": card["weight"], "temperature": card["joined_temperature"]}
