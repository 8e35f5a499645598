"""Pictures people bring: decoded and written anew, or refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from commentsvc.core import pictures
from commentsvc.core.pictures import SIDE, WrongPicture, square_webp

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 60, 200)
PLACE = b"GPS 33.5138 36.2765"


def made(format: str, size=(300, 200), mode="RGB", colour=RED, **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size, colour).save(file, format, **options)
    return file.getvalue()


def read(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def near(one, other) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(one[:3], other, strict=True))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_square_webp(format):
    picture = read(square_webp(made(format)))
    assert (picture.format, picture.size) == ("WEBP", (200, 200))
    assert near(picture.convert("RGB").getpixel((100, 100)), RED)


def test_a_large_picture_is_made_small():
    assert read(square_webp(made("JPEG", (4000, 3000)))).size == (SIDE, SIDE)


def test_what_is_transparent_stays_so():
    assert read(square_webp(made("PNG", mode="RGBA", colour=(0, 0, 0, 0)))).getpixel((9, 9))[3] == 0


@pytest.mark.parametrize(
    ("mode", "format"), [("P", "PNG"), ("L", "PNG"), ("1", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG")]
)
def test_pictures_of_every_kind_of_colour_are_read(mode, format):
    file = BytesIO()
    Image.new("RGB", (64, 64), GREEN).convert(mode).save(file, format)
    assert read(square_webp(file.getvalue())).size == (64, 64)


def test_a_photograph_that_lies_on_its_side_is_turned_before_its_note_is_thrown_away():
    photograph = Image.new("RGB", (400, 400), RED)
    photograph.paste(BLUE, (0, 0, 400, 200))  # the upper half, as the camera held sideways saw it
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    file = BytesIO()
    photograph.save(file, "JPEG", exif=exif)
    turned = read(square_webp(file.getvalue())).convert("RGB")
    assert near(turned.getpixel((230, 128)), BLUE)
    assert near(turned.getpixel((20, 128)), RED)


def test_nothing_but_the_picture_is_kept():
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", PLACE.decode())
    files = [
        made("JPEG", exif=exif, comment=PLACE, icc_profile=PLACE),
        made("WEBP", exif=exif, xmp=PLACE, icc_profile=PLACE),
        made("PNG", pnginfo=notes, exif=exif, icc_profile=PLACE),
        made("GIF", comment=PLACE),
    ]
    assert all(PLACE in data or b"iCCP" in data for data in files)
    for data in files:
        kept = square_webp(data)
        assert PLACE not in kept
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(read(kept).info)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_kept(format):
    first, *others = [Image.new("RGB", (64, 64), colour) for colour in (GREEN, RED, BLUE)]
    file = BytesIO()
    first.save(file, format, save_all=True, append_images=others, duration=100)
    picture = read(square_webp(file.getvalue()))
    assert getattr(picture, "n_frames", 1) == 1
    assert near(picture.convert("RGB").getpixel((32, 32)), GREEN)


@pytest.mark.parametrize("hidden", [b"<script>alert(1)</script>", b"PK\x03\x04 a second file", b"%PDF-1.7 a third"])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_second_file_behind_the_first_goes_no_further(format, hidden):
    assert hidden not in square_webp(made(format) + hidden)


def test_a_program_that_begins_like_a_gif_is_refused():
    with pytest.raises(WrongPicture):
        square_webp(b"GIF89a/*" + b"\x01" * 30 + b"*/=1;alert(1)")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 1000,
        b"just words",
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"<!doctype html><script>alert(1)</script>",
        made("BMP"),
        made("TIFF"),
        made("ICO", (64, 64)),
        made("PPM"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n",
    ],
    ids=[
        "nothing",
        "zeros",
        "words",
        "svg",
        "svg after a mark",
        "svg as png",
        "html",
        "bmp",
        "tiff",
        "ico",
        "ppm",
        "eps",
    ],
)
def test_what_is_no_picture_for_us_is_refused(data):
    with pytest.raises(WrongPicture, match="PNG, JPEG, WebP or GIF"):
        square_webp(data)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("kept", [0.3, 0.6])
def test_a_file_that_ends_too_early_is_refused(format, kept):
    file = BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(file, format)
    data = file.getvalue()
    with pytest.raises(WrongPicture):
        square_webp(data[: int(len(data) * kept)])


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises any size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "size", [(5001, 5000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1)]
)
def test_a_bomb_is_refused_by_what_its_header_says(size, monkeypatch):
    monkeypatch.setattr(pictures, "_written", lambda picture: pytest.fail("it was decoded"))
    with pytest.raises(WrongPicture):
        square_webp(png_that_says(*size))


def test_a_header_that_promises_more_than_comes_is_refused():
    with pytest.raises(WrongPicture):
        square_webp(png_that_says(4000, 4000))


@pytest.mark.parametrize("size", [(1, 1), (31, 400), (20_000, 1)])
def test_a_picture_too_small_to_look_at_is_refused(size):
    with pytest.raises(WrongPicture, match="at least 32"):
        square_webp(made("PNG", size))


def test_a_file_beyond_the_limit_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_args, **_more: pytest.fail("it was opened"))
    with pytest.raises(WrongPicture, match="5 MB"):
        square_webp(made("PNG") + b"\0" * pictures.MOST_BYTES)
