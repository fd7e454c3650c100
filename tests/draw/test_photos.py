"""A picture file from a stranger -> pixels. Whatever it is: pixels or a PictureError, in bounded memory."""

import io
import pickle
import re
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlab import photos
from digitlab.errors import PictureError
from digitlab.preprocess import MIN_SIDE, to_mnist

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = re.compile(r"[A-Z].*[.]", re.DOTALL)
ORIENTATION = 0x0112  # the EXIF tag

# Pillow warns about what is odd in a file; that is for the log
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def colours(width: int = 60, height: int = 40) -> Image.Image:
    """No two corners alike: it variants different whichever way it is turned or mirrored."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("blue", (width // 2, height // 2, width, height))
    image.paste("green", (0, height // 2, width // 2, height))
    return image


def difference(picture: np.ndarray, expected: Image.Image) -> float:
    """Mean distance in grey levels."""
    pixels = np.asarray(expected, float)
    assert picture.shape == pixels.shape
    return float(np.abs(picture - pixels).mean())


def refusal(content: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(PictureError) as refused:
        photos.decode(content)
    assert SENTENCE.fullmatch(str(refused.value))
    return str(refused.value)


def pixels_or_refusal(content: bytes) -> np.ndarray | None:
    try:
        picture = photos.decode(content)
    except PictureError:
        return None
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] in (3, 4)
    assert MIN_SIDE <= min(picture.shape[:2]) <= max(picture.shape[:2]) <= 1024
    return picture


# --- pictures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "off"),
    [
        ("PNG", {}, 0),
        ("PNG", {"interlace": 1}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 90}, 12),
        ("JPEG", {"quality": 95}, 12),
        ("JPEG", {"quality": 95, "progressive": True}, 12),
        ("MPO", {"quality": 95, "save_all": True, "append_images": [Image.new("RGB", (30, 20))]}, 12),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_format_is_read(kind: str, options: dict, off: float) -> None:
    picture = photos.decode(file(colours(), kind, **options))
    assert picture.dtype == np.uint8
    assert difference(picture, colours()) <= off


RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def test_grey_becomes_rgb() -> None:
    picture = photos.decode(file(Image.fromarray(RAMP)))
    np.testing.assert_array_equal(picture, np.stack([RAMP] * 3, -1))


def test_grey_of_16_bits_keeps_its_greys() -> None:
    picture = photos.decode(file(Image.fromarray(RAMP.astype(np.uint16) * 256 + 77)))
    np.testing.assert_array_equal(picture, np.stack([RAMP] * 3, -1))


@pytest.mark.parametrize("bits", [12, 14, 16])
def test_a_scanner_may_use_fewer_than_16_bits(bits: int) -> None:
    picture = photos.decode(file(Image.fromarray(RAMP.astype(np.uint16) << (bits - 8))))
    np.testing.assert_array_equal(picture, np.stack([RAMP] * 3, -1))


def test_black_and_white_becomes_rgb() -> None:
    picture = photos.decode(file(Image.fromarray(RAMP).point(lambda grey: 255 * (grey > 99), "1")))
    np.testing.assert_array_equal(picture, np.stack([np.where(RAMP > 99, 255, 0)] * 3, -1))


def test_transparency_is_kept() -> None:
    rgba = np.dstack([RAMP, 255 - RAMP, RAMP // 2, RAMP])
    np.testing.assert_array_equal(photos.decode(file(Image.fromarray(rgba))), rgba)


def test_grey_with_transparency_becomes_rgba() -> None:
    picture = photos.decode(file(Image.fromarray(np.dstack([255 - RAMP, RAMP]), "LA")))
    np.testing.assert_array_equal(picture, np.dstack([255 - RAMP] * 3 + [RAMP]))


def test_a_palette_becomes_its_colours() -> None:
    picture = photos.decode(file(colours().quantize(4)))
    assert difference(picture, colours()) < 1


def test_a_palette_with_a_transparent_colour_becomes_rgba() -> None:
    image = Image.fromarray(RAMP // 128, "P")
    image.putpalette([10, 20, 30, 200, 210, 220])
    picture = photos.decode(file(image, transparency=1))
    assert picture[0, 0].tolist() == [10, 20, 30, 255]
    assert picture[-1, -1].tolist() == [200, 210, 220, 0]


def test_a_jpeg_for_print_becomes_rgb() -> None:
    assert difference(photos.decode(file(colours().convert("CMYK"), "JPEG", quality=95)), colours()) < 12


# EXIF says how the camera was held; this is how to hold the picture so that it says the truth
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def held(image: Image.Image, orientation: int, kind: str) -> bytes:
    turn = TURNS[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return file(image if turn is None else image.transpose(turn), kind, exif=exif)


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_comes_out_upright(orientation: int) -> None:
    assert difference(photos.decode(held(colours(), orientation, "JPEG")), colours()) < 12


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_other_formats_come_out_upright_too(kind: str) -> None:
    assert difference(photos.decode(held(colours(), 6, kind)), colours()) < 12


def test_a_large_photo_comes_out_upright_and_shrunk() -> None:
    picture = photos.decode(held(colours(2000, 3000), 6, "JPEG"))
    assert difference(picture, colours(683, 1024)) < 12


BROKEN_EXIF = {
    "cut off": b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12\0\x03\0\0\0\x01",
    "too long": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\xff\xff\xff\xff" + bytes(8),
    "no EXIF at all": b"Exif\0\0nonsense",
}


@pytest.mark.parametrize("exif", BROKEN_EXIF.values(), ids=BROKEN_EXIF)
def test_damage_beside_the_picture_does_not_matter(exif: bytes) -> None:
    assert difference(photos.decode(file(colours(), "JPEG", exif=exif)), colours()) < 12


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((8, 8), (8, 8)),
        ((1024, 1024), (1024, 1024)),
        ((1025, 600), (1024, 599)),
        ((3000, 2000), (1024, 683)),
        ((700, 2800), (256, 1024)),
        ((9000, 90), (1024, 10)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_longer_side_is_at_most_1024(size: tuple[int, int], expected: tuple[int, int], kind: str) -> None:
    picture = photos.decode(file(Image.new("L", size), kind))
    np.testing.assert_allclose(picture.shape[1::-1], expected, atol=1)
    assert max(picture.shape[:2]) <= 1024


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 1500), st.integers(1, 1500), st.sampled_from(["L", "RGB", "RGBA", "P"]))
@example(4000, 20, "L")  # shrunk, it would be too thin
@example(1, 1, "L")
def test_what_is_decoded_can_be_read(width: int, height: int, mode: str) -> None:
    picture = pixels_or_refusal(file(Image.new(mode, (width, height)), compress_level=1))
    if picture is not None:
        assert to_mnist(picture) is None  # there is no ink; above all, it raises nothing
    elif min(width, height) >= 8 * max(1, max(width, height) / 1024):
        pytest.fail("refused for no reason")


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_the_largest_phone_photos_are_taken(kind: str) -> None:
    options = {"save_all": True, "append_images": [Image.new("L", (8, 8))]} if kind == "MPO" else {}
    picture = photos.decode(file(Image.new("L", (8000, 6000)), kind, quality=30, **options))
    assert picture.shape == (768, 1024, 3)


def test_a_file_may_be_as_large_as_the_limit() -> None:
    content = file(colours())
    assert pixels_or_refusal(content.ljust(photos.MAX_BYTES, b"\0")) is not None
    assert "6 MB" in refusal(content.ljust(photos.MAX_BYTES + 1, b"\0"))


# --- hostile files -----------------------------------------------------------------------------------


def noise(width: int = 60, height: int = 40) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *more: bytes, bits: int = 8, pixels: bytes | None = None) -> bytes:
    """A black PNG, grey, with more chunks than it needs; `pixels` are compressed already."""
    if pixels is None:
        pixels = zlib.compress(bytes((1 + -(-width * bits // 8)) * height), 1)
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


NOT_PICTURES = {
    "empty": b"",
    "text": b"This is a picture. Believe me.",
    "HTML": b"<!doctype html><img src='x' onerror='alert(1)'>",
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
    "pickle": pickle.dumps({"image": [1, 2, 3]}),
    "array": pickle.dumps(np.zeros((28, 28))),
    "GIF": file(colours(), "GIF"),
    "BMP": file(colours(), "BMP"),
    "TIFF": file(colours(), "TIFF"),
    "ICO": file(colours(), "ICO"),
    "PDF": file(colours(), "PDF"),
    "PostScript": file(colours(), "EPS"),  # Pillow would start Ghostscript
    "zip": b"PK\x03\x04" + bytes(60),
    "PNG's first bytes": b"\x89PNG\r\n\x1a\n",
    "JPEG's first bytes": b"\xff\xd8\xff\xe0",
    "WebP's first bytes": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    "zeros": bytes(5000),
    "PNG with broken chunks": png(60, 40, pixels=zlib.compress(b"")).replace(b"IEND", bytes(4)),
}


@pytest.mark.parametrize("content", NOT_PICTURES.values(), ids=NOT_PICTURES)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert "PNG, JPEG or WebP" in refusal(content)


FILES = {
    "PNG": file(noise()),
    "JPEG": file(noise(), "JPEG"),
    "progressive JPEG": file(noise(), "JPEG", progressive=True),
    "JPEG with EXIF": held(noise(), 6, "JPEG"),
    "WebP": file(noise(), "WEBP"),
    "lossless WebP": file(noise(), "WEBP", lossless=True),
    "moving WebP": file(noise(), "WEBP", save_all=True, append_images=[colours()]),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_half_a_file_is_refused(content: bytes) -> None:
    refusal(content[: len(content) // 2])


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(list(FILES.values())), st.data())
def test_a_damaged_file_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    places = st.integers(0, max(0, min(len(damaged), 200) - 1)) | st.integers(0, max(0, len(damaged) - 1))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        damaged[place : place + 1] = bytes([byte])
    pixels_or_refusal(bytes(damaged))


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF0000WEBP"]), st.binary(max_size=300)
)
def test_random_bytes_are_refused(start: bytes, rest: bytes) -> None:
    refusal(start + rest)


def resized_jpeg(width: int, height: int, **options: object) -> bytes:
    """A small JPEG whose header says that it is large."""
    content = file(colours(), "JPEG", **options)
    frame = re.search(rb"\xff[\xc0\xc2]\x00\x11\x08", content)
    assert frame
    return content[: frame.end()] + struct.pack(">HH", height, width) + content[frame.end() + 4 :]


def resized_webp(width: int, height: int) -> bytes:
    """A moving WebP with small frames on what it says is a large canvas."""
    content = FILES["moving WebP"]
    place = content.index(b"VP8X") + 12
    return (
        content[:place]
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
        + content[place + 6 :]
    )


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan, some 80 bytes, comes again and again: each costs milliseconds."""
    content = file(Image.new("L", (4000, 4000)), "JPEG", progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * count + content[-2:]


TOO_LARGE: dict[str, Callable[[], bytes]] = {
    "13000 x 13000 PNG": lambda: png(13_000, 13_000, bits=1),
    "13000 x 13000 PNG, header only": lambda: png(13_000, 13_000, pixels=b""),
    "10000 x 10000 PNG": lambda: png(10_000, 10_000, bits=1),  # of which Pillow only warns
    "long and thin PNG": lambda: png(2_000_000_000, 1, pixels=b""),
    "65000 x 65000 JPEG": lambda: resized_jpeg(65_000, 65_000),
    "9000 x 9000 JPEG": lambda: resized_jpeg(9_000, 9_000),
    "7000 x 7000 progressive JPEG": lambda: resized_jpeg(7_000, 7_000, progressive=True),
    "16383 x 16383 WebP": lambda: resized_webp(16_383, 16_383),
    "9000 x 9000 WebP": lambda: resized_webp(9_000, 9_000),
}
UNZIPPED = 50_000_000  # bytes that a few kilobytes unpack to
TEXT = zlib.compress(bytes(UNZIPPED))
BOMBS = TOO_LARGE | {
    "zTXt": lambda: png(60, 40, chunk(b"zTXt", b"a\0\0" + TEXT)),
    "iTXt": lambda: png(60, 40, chunk(b"iTXt", b"a\0\1\0\0\0" + TEXT)),
    "iCCP": lambda: png(60, 40, chunk(b"iCCP", b"a\0\0" + TEXT)),
    "many zTXt": lambda: png(
        60, 40, *[chunk(b"zTXt", b"a%d\0\0" % i + zlib.compress(bytes(1_000_000))) for i in range(200)]
    ),
    "EXIF": lambda: file(colours(), "PNG", exif=b"MM\0*\0\0\0\x08" + b"\xff" * 1_000_000),
    "pixels of a small PNG": lambda: png(60, 40, pixels=TEXT),
    "the largest PNG that is taken": lambda: png(4082, 4082),
    "the largest WebP that is taken": lambda: file(
        Image.new("RGBA", (4082, 4082)), "WEBP", lossless=True, method=0
    ),
    "the largest JPEG that is taken": lambda: file(Image.new("RGB", (8300, 6000)), "JPEG", quality=20),
    "a long and thin JPEG": lambda: file(Image.new("RGB", (65_000, 760)), "JPEG", quality=20),
    "a large progressive JPEG": lambda: file(Image.new("RGB", (4082, 4082)), "JPEG", progressive=True),
}


@pytest.mark.parametrize("bomb", TOO_LARGE)
def test_a_picture_with_too_many_pixels_is_refused(bomb: str) -> None:
    content = TOO_LARGE[bomb]()
    assert len(content) < 100_000
    refusal(content)


MEMORY = 300  # MB; the largest WebP that is taken needs most of it, for a moment
PEAKS = """
import sys, warnings
from pathlib import Path
from digitlab import photos
from digitlab.errors import PictureError

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024

warnings.simplefilter("ignore")
start = peak()
for path in Path(sys.argv[1]).iterdir():
    try:
        photos.decode(path.read_bytes())
    except PictureError:
        pass
    print(peak() - start, "MB after", path.name)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of memory")
def test_no_file_takes_much_memory(tmp_path: Path) -> None:
    for name, bomb in BOMBS.items():
        (tmp_path / name).write_bytes(bomb())
    script = [sys.executable, "-c", PEAKS, str(tmp_path)]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(BOMBS)
    assert int(lines[-1].split()[0]) < MEMORY, done.stdout


def test_no_file_takes_much_time() -> None:
    assert "too long" in refusal(many_scans(1000))  # it would be seconds, and minutes with 6 MB of them
    assert pixels_or_refusal(many_scans(10)) is not None


# --- on a server -------------------------------------------------------------------------------------


def test_other_threads_keep_their_warnings() -> None:
    """Python's filters of warnings belong to all threads: whoever changes them while decoding a photo
    changes them for every pupil, and two at once for good."""
    content = png(3000, 3000)
    before = list(warnings.filters)
    decoding = threading.Thread(target=photos.decode, args=(content,))
    decoding.start()
    while decoding.is_alive():
        assert warnings.filters == before
    decoding.join()
