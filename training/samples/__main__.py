"""Write the sample sheets that ``docs/data.md`` shows.

    python -m training.samples --out docs/images/data [--only NAME ...] [--seed N]
    python -m training.samples --counts docs/data.md

Every sheet is one WebP file. The same seed gives the same bytes with the same versions of the libraries. ``--counts`` brings the
table of counts on the page up to date instead.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from training.samples.counts import refresh
from training.samples.page import Pixels

SHEETS: dict[str, str] = {
    "scenes": "pictures", "edits": "pictures", "layouts": "pictures", "films": "films", "film_edits": "films", "sounds": "sounds",
    "conversations": "talks",
}  # fmt: skip
"""Every sheet, and the module beside this one whose function of that name draws it from a seed."""
SEED = 4
"""The seed of the sheets in ``docs/images/data``."""
QUALITY = 88
"""Of the WebP files, 0 to 100: letters stay sharp and a sheet stays under 300 KiB."""


def draw(name: str, seed: int) -> Pixels:
    """Return the sheet *name*, uint8 [h, w, 3]. Raises ValueError for a name that is none, with those that are."""
    _check(name)
    sheet: Callable[[int], Pixels] = getattr(import_module(f"training.samples.{SHEETS[name]}"), name)
    return sheet(seed)


def _check(name: str) -> None:
    if name not in SHEETS:
        raise ValueError(f"there is no sheet {name!r}; the sheets are {', '.join(SHEETS)}")


def write(out: Path, names: Sequence[str], seed: int, tell: Callable[[str], None] = lambda words: None) -> list[Path]:
    """Draw the sheets *names* and write them into *out*, which is made where it is missing; return the files.

    Each file is written under another name first, so that one that was there is whole until the new one is. Raises
    ValueError for an unknown name before anything is drawn, and OSError, which names the remedy, where nothing can be written.
    """
    for name in names:
        _check(name)
    written = []
    for name in names:
        path, part = out / f"{name}.webp", out / f"part-{name}.webp"
        with _writing(out, part):  # a folder that cannot be written to is told of before the drawing
            out.mkdir(parents=True, exist_ok=True)
            part.write_bytes(b"")
            part.unlink()
        sheet = packed(draw(name, seed))
        with _writing(out, part):
            part.write_bytes(sheet)
            part.replace(path)
        tell(f"{path}: {path.stat().st_size // 1024} KiB")
        written.append(path)
    return written


@contextmanager
def _writing(out: Path, part: Path) -> Iterator[None]:
    """Turn what the system says when *out* cannot be written to into an OSError that names the remedy; *part* is taken away."""
    try:
        yield
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        said = f"{out} cannot be written to: {error.strerror or error}. Make room, or name another folder with --out."
        raise OSError(said) from error


def packed(sheet: Pixels) -> bytes:
    """Return *sheet* as a WebP file."""
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(sheet).save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, or 1 after saying what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m training.samples", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    doing = parser.add_mutually_exclusive_group(required=True)
    doing.add_argument("--out", type=Path, help="the folder for the sheets")
    doing.add_argument(
        "--counts", type=Path, metavar="PAGE", help="the page whose table of counts shall be brought up to date"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"only these sheets, of {', '.join(SHEETS)}")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    try:
        if options.counts:
            options.counts.write_text(refresh(options.counts.read_text("utf-8")), "utf-8", newline="\n")
        else:
            write(options.out, options.only or list(SHEETS), options.seed, print)
    except (ValueError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
