"""The picture of whoever has none: a small landscape drawn from random digits, the same for the same digits for ever.

The digits are the author's own and say nothing: not the address, the name nor the number. Flat shapes in the middle of
the scale of lightness stand out on white and on black alike, and in a circle as well as in a square.
"""

import math
import secrets

SEED_LENGTH = 12  # hex digits: 48 bits draw more pictures than there are people
STYLE = (
    1  # part of the file's name: whoever draws otherwise one day takes the next number, for these are kept for years
)
_SIDE = 64


def new_seed() -> str:
    """Digits nobody can foretell."""
    return secrets.token_hex(SEED_LENGTH // 2)


def file_name(seed: str) -> str:
    """What the drawing of a seed is called, for ever."""
    return f"{STYLE}-{seed}.svg"


def draw(seed: str) -> str:
    """The drawing of SEED_LENGTH hex digits as SVG: sky, sun, two hills. Raises ValueError for any other seed."""
    if len(seed) != SEED_LENGTH:
        raise ValueError(f"A seed has {SEED_LENGTH} hex digits.")
    dice = _Dice(int(seed, 16))
    hue = dice.between(0, 360, 90)
    turn = dice.between(-50, 50, 12)  # how far the colours of the hills are from the sky's
    sky, sun = _colour(0.86, 0.055, hue), _colour(0.96, 0.05, hue + 2 * turn)
    far, near = _colour(0.68, 0.09, hue + turn / 2), _colour(0.5, 0.1, hue + turn)
    place = f'cx="{dice.between(14, 50, 12):g}" cy="{dice.between(14, 28, 8):g}" r="{dice.between(6, 11, 6):g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" width="96" height="96">'
        f'<path fill="{sky}" d="M0 0h{_SIDE}v{_SIDE}H0z"/><circle {place} fill="{sun}"/>'
        f'<path fill="{far}" d="{_hill(dice, 26, 44)}"/><path fill="{near}" d="{_hill(dice, 40, 56)}"/></svg>'
    )


class _Dice:
    """A number, spent piece by piece."""

    def __init__(self, number: int) -> None:
        self._number = number

    def between(self, low: float, high: float, steps: int) -> float:
        """One of `steps` values from `low` up to, but not including, `high`."""
        self._number, step = divmod(self._number, steps)
        return round(low + (high - low) * step / steps, 1)


def _hill(dice: _Dice, high: float, low: float) -> str:
    """A line between two heights that swings once, and everything below it."""
    left, right = dice.between(high, low, 8), dice.between(high, low, 8)
    swing = dice.between(-16, 16, 8)
    return f"M0 {left:g}C20 {left + swing:g} 44 {right - swing:g} {_SIDE} {right:g}V{_SIDE}H0z"


def _colour(lightness: float, chroma: float, hue: float) -> str:
    """A colour of OKLCH, where equal numbers look equally light, as hexadecimal sRGB.

    The matrices are Björn Ottosson's (https://bottosson.github.io/posts/oklab/).
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, each)))):02x}" for each in linear)


def _gamma(linear: float) -> float:
    return float(12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)
