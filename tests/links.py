"""Which parameters a link may have, and links that nobody would write by hand."""

import ast
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.message import Message
from streamlit.proto.Delta_pb2 import Delta

ROOT = Path(__file__).parents[1]
Link = dict[str, list[str]]

# each with a mark that can be found again in what the server sends
MARK = "x7q9"
MARKUP = [
    f"<script>alert('{MARK}')</script>",
    f"\"'><img src={MARK} onerror=alert(1)>",
    f"</style></code><svg onload=alert('{MARK}')>",
    f"[{MARK}](javascript:alert(1)) ![{MARK}](https://evil.example/{MARK}.png)",
]
# met by every parameter of every page
NONSENSE = [
    *("", "   ", "nan", "inf", "-inf", "1e309", "-1e309", "1e300", "99999999999999999999", "-1", "0", "3.5"),
    *("true", "null", "a,b", "-", "数字 🖋️", "x" * 10_000, "9" * 5_000),
    *MARKUP,
]
# met by chance
MORE = [
    *(
        "\n",
        "\0",
        "Infinity",
        "1e-320",
        "00",
        "0x10",
        "1_0",
        "1.",
        "-0.0",
        "٣",
        "²",
        "１",
        "True",
        "None",
        "[]",
        "{}",
    ),
    *("undefined", "..", "../../etc/passwd", "%00", "%", "$x^2$", ":material/x:", "\u202e abc", "1" * 400),
    *("1,2", "4-9", "9-9-9", ",", "0.1,-0.2", "9e9,9e9", ",".join(["1"] * 9), ",".join(["nan"] * 9)),
    *("digits-3", "mnist-99999999", "mnist--1", "mnist-1e3", "mnist-test-7", "cnn", "Dense", "dense,cnn"),
    # drawings, of digitlab.draw.link: good, cut, without ink, with more points than there are
    *(
        "1SAEAAA",
        "1SAKgBqAGwBKAAg",
        "1SAKgBqAGwBKAA",
        "1",
        "1A",
        "1SAGA8QQA",
        "1SMCEPQAA",
        "1" + "SAEAAA" * 580,
    ),
]


def parameters() -> list[str]:
    """Every parameter that some page reads, as far as its name is written out in the code: keys of bound
    widgets, and names in st.query_params."""
    found = set()
    for file in sorted([*ROOT.glob("pages/**/*.py"), *ROOT.glob("ui/**/*.py")]):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            found |= set(_bound(node)) | set(_read(node))
    return sorted(found)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        if "bind" in named and isinstance(key := named.get("key"), ast.Constant):
            yield str(key.value)


def _read(node: ast.AST) -> Iterator[str]:
    """st.query_params["x"], .get("x"), .pop("x"), .update(x=...) and "x" in st.query_params."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="query_params"), slice=ast.Constant(value=name)):
            yield name
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="query_params")), args=args, keywords=words
        ):
            yield from (arg.value for arg in args[:1] if isinstance(arg, ast.Constant))
            yield from (word.arg for word in words if word.arg)
        case ast.Call(func=ast.Attribute(attr="whole"), args=[ast.Constant(value=name), *_]):  # ui/query.py
            yield name
        case ast.Compare(left=ast.Constant(value=name), comparators=[ast.Attribute(attr="query_params")]):
            yield name


def protos(deltas: Iterable[Delta]) -> Iterator[Message]:
    """Everything that the server has sent for a page, without what wraps it."""
    for delta in deltas:
        wrapped = getattr(delta, delta.WhichOneof("type"))
        if kind := wrapped.WhichOneof("type"):
            yield getattr(wrapped, kind)


def sensible(deltas: Iterable[Delta]) -> Link:
    """What the bound widgets of a page offer, by parameter."""
    found: Link = {}
    for proto in protos(deltas):
        name = getattr(proto, "query_param_key", "")
        if not name:
            continue
        options = [getattr(option, "content", option) for option in getattr(proto, "options", [])]
        low, high = getattr(proto, "min", None), getattr(proto, "max", None)
        values = [*options, *([low, high] if low is not None else []), "true", "false"]
        found[name] = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    return found


def link(names: list[str], offered: Link, chance: random.Random) -> Link:
    """One to all parameters; each with nonsense, or with a value that some widget takes, or with both."""
    made: Link = {}
    for name in chance.sample(names, chance.choice([1, 2, 3, 5, 8, len(names)])):
        values = [
            chance.choice(offered[name]) if name in offered and chance.random() < 0.5 else _any(chance)
            for _ in range(chance.choice([1, 1, 1, 2, 3]))
        ]
        made[name] = values
    return made


def _any(chance: random.Random) -> str:
    value = chance.choice(NONSENSE + MORE)
    kind = chance.random()
    if kind < 0.1:
        return f"{chance.uniform(-50, 50):.3g}"
    if kind < 0.2:
        return str(chance.randrange(-5, 100_000))
    if kind < 0.3:
        return value[: chance.randrange(len(value) + 1)] + chance.choice(NONSENSE)[:50]
    return value
