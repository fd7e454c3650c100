"""What a process writes down. With DIGITLAB_LOG=json every line is a JSON object: time (RFC 3339, UTC),
level, logger, message and, where there was one, exception. Without it, nothing is changed.

No such line names a visitor: addresses, and what stands in links, are taken out, whoever wrote it.
"""

import atexit
import contextlib
import io
import ipaddress
import json
import logging
import os
import re
import sys
import threading
import time
from types import TracebackType

VARIABLE = "DIGITLAB_LOG"
OUTPUT = "output"  # the logger's name for what was written without one: print, and libraries in C
LONGEST = 20_000  # characters of a message or of an exception

_ADDRESS = re.compile(
    r"(?<![\w.:])[0-9A-Fa-f][0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]*|(?<![\w.:])::[0-9A-Fa-f][\w.:]*"
)
# as a link has it, as a data set's name has it, or as Python and JSON write it
_IN_LINKS = re.compile(r"""\b(class|key|drawing)([=:]|['"]: ?['"])[^\s&'")\]},]+""")
_PASSWORD = re.compile(r"://[^\s/@]*:[^\s/@]*@")

_started = False


def without_visitors(text: str) -> str:
    """The text without addresses of machines, codes, keys, drawings and passwords."""
    text = _PASSWORD.sub("://…@", text)
    return _ADDRESS.sub(_hidden, _IN_LINKS.sub(r"\1\2…", text))


def _hidden(found: re.Match[str]) -> str:
    text = found[0].rstrip(".:")
    for address in (text, text.rpartition(":")[0]):  # the latter has a port
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(address)
            return found[0].replace(address, "…", 1)
    return found[0]


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _rfc3339(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": _bounded(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = _bounded(self.formatException(record.exc_info))
        elif record.exc_text:
            line["exception"] = _bounded(record.exc_text)
        return json.dumps(line, ensure_ascii=False)


def _bounded(text: str) -> str:
    """Its end says what went wrong."""
    text = without_visitors(text)
    return text if len(text) <= LONGEST else "… " + text[-LONGEST:]


def _rfc3339(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


def start(level: int = logging.INFO, quiet: tuple[str, ...] = ()) -> bool:
    """From now on, where it is asked for, this process writes JSON only, to stderr; of the loggers that are
    `quiet`, from WARNING on. Returns whether that has begun just now."""
    global _started
    if _started or os.environ.get(VARIABLE) != "json":
        return False
    _started = True
    # it has a way out of its own: descriptors 1 and 2 will lead to `_listen`
    handler = logging.StreamHandler(os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace"))
    handler.setFormatter(JsonLines())
    handler.setLevel(max(logging.INFO, level))  # debug lines of libraries hold whole messages of visitors
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or not record.name.startswith(quiet))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(handler.level)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)
    sys.unraisablehook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)
    _take_the_rest()
    return True


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    logging.getLogger(OUTPUT).error("Uncaught exception", exc_info=(kind, error or kind(), trace))


def _take_the_rest() -> None:
    """What is written past all loggers: print, and libraries in C that know only the numbers 1 and 2."""
    kept = os.dup(2)
    reading, writing = os.pipe()
    for number in (1, 2):
        os.dup2(writing, number)
    os.close(writing)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    thread = threading.Thread(target=_listen, args=(reading,), name="logs", daemon=True)
    thread.start()
    atexit.register(_end, kept, thread)


def _listen(reading: int) -> None:
    output = logging.getLogger(OUTPUT)
    with os.fdopen(reading, encoding="utf-8", errors="backslashreplace") as lines:
        while line := lines.readline(LONGEST):
            if line.strip():
                output.info("%s", line.rstrip())


def _end(kept: int, thread: threading.Thread) -> None:
    """Nothing writes into the pipe any more, so that its last lines come out."""
    sys.stdout.flush()
    for number in (1, 2):
        os.dup2(kept, number)
    thread.join(1)
