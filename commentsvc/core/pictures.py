"""The only door for pictures that people bring: whatever comes in is decoded and written anew, or refused.

What goes out is a square WebP without metadata, so nothing that was hidden in the file gets any further: neither
a place a photograph was taken at, nor a second file behind the first, nor a further picture of an animation.
"""

from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # no SVG: that is a program
SIDE = 256  # pixels: what is shown at 96, on a screen of two and a half device pixels each
SMALLEST = 32  # pixels of the shorter side
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000  # a camera's photograph; decoded it takes 100 MB for a moment
QUALITY = 82


class WrongPicture(Exception):
    """This is no picture for us. `str(error)` says what to bring instead."""


def square_webp(data: bytes) -> bytes:
    """The middle of a picture as a square WebP of at most SIDE pixels, upright, of an animation the first one.

    Raises WrongPicture for anything that is too large, too small, damaged or no PNG, JPEG, WebP or GIF.
    """
    if len(data) > MOST_BYTES:
        raise WrongPicture(f"Use a picture of at most {MOST_BYTES // 1024**2} MB.")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            _ensure_size(*picture.size)  # the header's word; nothing is decoded before
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded at a fraction of its size
            return _written(picture)
    except WrongPicture:
        raise
    except Exception as error:  # decoders of broken files fail in every way there is
        raise WrongPicture("This is not a picture that can be read. Use a PNG, JPEG, WebP or GIF.") from error


def _ensure_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise WrongPicture(f"Use a picture of at most {MOST_PIXELS // 1_000_000} megapixels.")
    if min(width, height) < SMALLEST:
        raise WrongPicture(f"Use a picture of at least {SMALLEST} × {SMALLEST} pixels.")


def _written(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    side = min(SIDE, *plain.size)
    square = ImageOps.fit(plain, (side, side))
    written = BytesIO()
    # Pillow would carry a colour profile along; the others it writes only when told.
    square.save(written, "WEBP", quality=QUALITY, method=6, exif=b"", icc_profile=b"", xmp=b"")
    return written.getvalue()
