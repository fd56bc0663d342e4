"""Make ``assets/world``, the picture book's atlas of objects, from an emoji font and the written bank of names.

    apt-get install fonts-noto-color-emoji unicode-data      # at build time only
    python -m training.sprites --font /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf --unicode /usr/share/unicode
        [--out assets/world]

``training/world/objects.txt`` says which pictures are taken and what they are called; ``emoji-test.txt`` of Unicode turns its
picture names into characters. Each picture is drawn once, cropped to its visible part, scaled so that its longer side is
SIDE pixels and put into a cell of a page of sprites (lossless WebP with transparency).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, __version__

from training.manifest import write_manifest
from training.world.bank import Row, read_bank
from training.world.signs import signs_of

SIDE = 128
"""Pixels of a sprite's longer side, and of a cell."""
ACROSS = 8
"""Cells across and down a page."""
STRIKE = 109
"""The only size at which the font's bitmaps load."""
BANK = Path(__file__).parent / "world"
FAINT = 8
"""Alpha (0..255) up to which a pixel at the rim is not part of the picture."""


FONT = "Noto Color Emoji"


def opened(file: Path) -> ImageFont.FreeTypeFont:
    """Return the font in *file* at its one size. Raises ValueError when it is missing or another, with where to get it."""
    remedy = "Debian's package fonts-noto-color-emoji brings it as /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
    if not file.is_file():
        raise ValueError(f"There is no font {file}. {remedy}.")
    try:
        font = ImageFont.truetype(str(file), STRIKE)
    except OSError as error:
        raise ValueError(f"{file} is no font with bitmaps of {STRIKE} px ({error}). {remedy}.") from error
    if font.getname()[0] != FONT:
        raise ValueError(f"{file} is {font.getname()[0]}, but {FONT} is needed. {remedy}.")
    return font


def characters(file: Path) -> dict[str, str]:
    """Return the characters of each picture by its short name, from Unicode's ``emoji-test.txt``. Raises ValueError when the
    file is missing, with where to get it."""
    if not file.is_file():
        raise ValueError(f"There is no {file}. Debian's package unicode-data brings it below /usr/share/unicode.")
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([0-9A-F ]+?) *; fully-qualified +# \S+ E[0-9.]+ (.+)", line):
            found[match[2]] = "".join(chr(int(code, 16)) for code in match[1].split())
    return found


def draw(font: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    """Return one picture, RGBA, cropped, its longer side SIDE. Raises ValueError when the font has no single glyph for it."""
    width = font.getlength(text)
    if not 0 < width < 1.3 * SIDE:
        raise ValueError(f"the font draws {text!r} {width:.0f} pixels wide: it is not one picture")
    canvas = Image.new("RGBA", (300, 300))
    ImageDraw.Draw(canvas).text((80, 80), text, font=font, embedded_color=True)
    box = canvas.getchannel("A").point(lambda a: 255 * (a > FAINT)).getbbox()
    if box is None:
        raise ValueError(f"the font draws nothing for {text!r}")
    return fit(canvas.crop(box))


def fit(picture: Image.Image) -> Image.Image:
    """Return *picture* with its longer side SIDE."""
    share = SIDE / max(picture.size)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    # scaled with premultiplied colour: otherwise the colour of invisible pixels would bleed into the rim
    return (
        picture
        if size == picture.size
        else picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    )


def lights(picture: Image.Image) -> Image.Image:
    """Return *picture* without its dark tile: what is brighter than the tile stays, as opaque as it is bright."""
    pixels = np.asarray(picture, np.float64)
    tile = np.median(pixels[pixels[..., 3] > 250][:, :3].reshape(-1, 3), axis=0)
    bright = (pixels[..., :3] - tile).max(-1)
    alpha = np.clip((bright - 12) / 110, 0, 1) * pixels[..., 3:].squeeze(-1) / 255
    # the light's own colour: what the tile added in half-covered pixels is taken out again
    colour = np.clip((pixels[..., :3] - tile * (1 - alpha[..., None])) / np.maximum(alpha[..., None], 0.05), 0, 255)
    shown = Image.fromarray(np.dstack([colour, 255 * alpha]).round().astype(np.uint8))
    return fit(shown.crop(shown.getchannel("A").point(lambda a: 255 * (a > FAINT)).getbbox()))


LACQUER = 0.5
"""The saturation from which a colour of a vehicle is its paint; glass and bare metal are paler."""


def colours_of(picture: Image.Image, *, painted: bool = False) -> tuple[str, ...]:
    """Return up to three names of the colours that cover at least a fifth of *picture*, the largest first (never none).

    With *painted* (a vehicle) glass does not count and bluish metal is gray. Where one paint covers an eighth, and three
    fifths of what gray, black or white do, it comes first, and black and what gray is less do not count: a tractor on large
    tyres is green, and a red car with windows is red."""
    pixels = np.asarray(picture, np.float64) / 255
    seen = pixels[pixels[..., 3] > 0.5][:, :3]
    names = _names(seen)
    paint, whole = "", len(names)
    if painted:
        top, low = seen.max(1), seen.min(1)
        strong = (top - low) / np.maximum(top, 1e-9) >= LACQUER
        glass = (names == "blue") & ~strong & (top > 0.85)
        names = np.where((names == "blue") & ~strong & ~glass, "gray", names)
        plain = max(np.count_nonzero(names == name) for name in ("black", "gray", "white"))
        hues, many = np.unique(names[(strong | (names == "brown")) & (names != "black")], return_counts=True)
        if len(hues) and many.max() >= max(0.125 * len(names), 0.6 * plain):
            paint = str(hues[many.argmax()])
            less = ("black", "gray") if np.count_nonzero(names == "gray") < many.max() else ("black",)
            glass |= np.isin(names, less)
        names = names[~glass]
    kinds, counts = np.unique(names, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    large = [str(kinds[n]) for n in order if counts[n] >= 0.2 * whole]
    large = [paint, *(name for name in large if name != paint)] if paint else large
    return tuple(large[:3]) or (str(kinds[order[0]]),)


def _names(rgb: NDArray[np.float64]) -> NDArray[Any]:
    """Name each sRGB colour [n, 3] by its hue, saturation and value (the hexcone of A. R. Smith, 1978), with cuts set by eye."""
    top, low = rgb.max(1), rgb.min(1)
    spread = np.maximum(top - low, 1e-9)
    r, g, b = rgb.T
    hue = np.select([top == r, top == g], [(g - b) / spread % 6, (b - r) / spread + 2], (r - g) / spread + 4) * 60
    saturation = spread / np.maximum(top, 1e-9)
    bins = np.array(["red", "orange", "yellow", "green", "blue", "purple", "pink", "red"])
    named = bins[np.searchsorted([14, 42, 66, 168, 255, 290, 340], hue, side="right")].astype("<U8")
    warm = (named == "orange") | ((named == "red") & (saturation < 0.75)) | ((named == "yellow") & (hue < 50))
    named[warm & (top < 0.72)] = "brown"
    named[(named == "red") & (top > 0.75) & (saturation < 0.55)] = "pink"
    grey = saturation < 0.16
    named[grey] = np.where(top[grey] > 0.85, "white", "gray")
    black: NDArray[np.bool_] = (top < 0.32) | (grey & (top < 0.4))
    return np.where(black, "black", named)


def build(font_file: Path, unicode_folder: Path, out: Path) -> dict[str, str]:
    """Write the pages, ``names.json``, the licence and the manifest to *out*; return the digests of the files. Raises
    ValueError when the font or Unicode's list is missing or another, OSError when *out* cannot be written to."""
    rows = read_bank(BANK / "objects.txt")
    codes = characters(unicode_folder / "emoji" / "emoji-test.txt")
    font = opened(font_file)
    if missing := [row.picture for row in rows if row.picture not in codes]:
        raise ValueError(f"emoji-test.txt knows no {', '.join(missing)}")
    pictures = [draw(font, codes[row.picture]) for row in rows]
    pictures = [lights(picture) if row.glow else picture for row, picture in zip(rows, pictures, strict=True)]
    out.mkdir(parents=True, exist_ok=True)
    pages = [pictures[start : start + ACROSS**2] for start in range(0, len(pictures), ACROSS**2)]
    for page, cells in enumerate(pages):
        _write_page(out / f"sprites-{page:02d}.webp", cells)
    for old in sorted(out.glob("sprites-*.webp"))[len(pages) :]:
        old.unlink()
    (out / "names.json").write_text(_table(rows, pictures, signs_of(rows, codes)), encoding="utf-8")
    shutil.copyfile(BANK / "OFL.txt", out / "OFL.txt")
    return write_manifest(
        out,
        command="python -m training.sprites --font NotoColorEmoji.ttf --unicode DIR --out assets/world",
        font={"name": font.getname()[0], "sha256": _sha256(font_file)},
        unicode={"file": "emoji-test.txt", "sha256": _sha256(unicode_folder / "emoji" / "emoji-test.txt")},
        pillow=__version__,
        objects=len(rows),
    )


def _write_page(file: Path, pictures: list[Image.Image]) -> None:
    """Write one page, unless *file* already shows just this: encoding is slow, and its bytes differ between versions."""
    sheet = Image.new("RGBA", (ACROSS * SIDE, ACROSS * SIDE))
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place % ACROSS * SIDE, place // ACROSS * SIDE))
    pixels = np.array(sheet)
    pixels[pixels[..., 3] == 0] = 0
    if file.exists() and np.array_equal(np.asarray(Image.open(file).convert("RGBA")), pixels):
        return
    Image.fromarray(pixels).save(file, lossless=True, quality=60, method=4)


def _table(rows: tuple[Row, ...], pictures: list[Image.Image], signs: Mapping[str, tuple[str, ...]]) -> str:
    """Return ``names.json``: an object a line, so that a change of one is a change of one line."""
    lines = []
    for place, (row, picture) in enumerate(zip(rows, pictures, strict=True)):
        facts = {key: value for key, value in asdict(row).items() if key not in ("name", "picture", "glow") and value}
        facts.setdefault("colours", colours_of(picture, painted=row.group == "vehicles"))
        facts.update(emoji=signs[row.name], place=place, size=picture.size)
        lines.append(f"{json.dumps(row.name)}: {json.dumps(facts, ensure_ascii=False)}")
    head = f'"cell": {SIDE}, "across": {ACROSS}'
    return "{" + head + ', "objects": {\n' + ",\n".join(lines) + "\n}}\n"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, build, and say what was made; returns 0, or 1 after saying what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--font", type=Path, required=True, help="NotoColorEmoji.ttf with bitmaps (CBDT)")
    parser.add_argument("--unicode", type=Path, required=True, help="the folder that holds emoji/emoji-test.txt")
    parser.add_argument("--out", type=Path, default=Path("assets/world"))
    asked = parser.parse_args(arguments)
    try:
        made = build(asked.font, asked.unicode, asked.out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        where, why = error.filename or asked.out, error.strerror or error
        print(f"{where} could not be used: {why}. Make room or name another folder with --out.", file=sys.stderr)
        return 1
    for name, digest in made.items():
        print(f"{digest[:12]}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
