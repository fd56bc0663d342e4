"""Headers that claim the world cost nothing: random claims of size in every format, read by a process with little memory."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from bad_files import bmp_claiming, gif_claiming, tiff_claiming, webp_claiming
from media_makers import png_claiming

ROOT = Path(__file__).resolve().parents[2]
SPARE = 300_000_000
"""Bytes of memory that reading them all may take beyond what the program takes by itself."""
READ = """
import json, resource, sys
from pathlib import Path
from PIL import AvifImagePlugin, BmpImagePlugin, GifImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401
from models.expert import Refusal
from models.media import image_meta, load_image
def size():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
most = size() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
told = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    said = []
    for read in (load_image, image_meta):
        try:
            found = read(path)
            said.append("read" if found is not None else "")
        except Refusal as refusal:
            said.append(refusal.what)
    told[path.name] = said
json.dump(told, sys.stdout)
"""
pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="it needs a limit on memory")


def read_all(folder: Path) -> dict[str, list[str]]:
    """Return what load_image and image_meta said of every file, in a process that has SPARE bytes for it."""
    done = subprocess.run([sys.executable, "-c", READ, str(folder), str(SPARE)], cwd=ROOT, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_a_hundred_claims_of_sizes_take_hardly_any_memory(tmp_path):
    rng = random.Random(11)
    makers = {"png": (png_claiming, 2**31 - 1), "gif": (gif_claiming, 65_535), "bmp": (bmp_claiming, 2**31 - 1),
              "tiff": (tiff_claiming, 2**32 - 1), "webp": (webp_claiming, 16_384)}  # fmt: skip
    claims: dict[str, tuple[int, int]] = {}
    for kind, (make, most) in makers.items():
        for number in range(24):
            sides = [min(most, int(10 ** rng.uniform(0, 9.6))) for _ in range(2)]
            name = f"{number:02}.{kind}"
            (tmp_path / name).write_bytes(make(*sides))
            claims[name] = (sides[0], sides[1])
    told = read_all(tmp_path)
    assert told.keys() == claims.keys()
    for name, (width, height) in claims.items():
        if max(width, height) > 16_384 or width * height > 40_000_000:
            assert all("too large" in what or "damaged" in what for what in told[name]), (
                name,
                width,
                height,
                told[name],
            )
        else:
            assert all("memory" not in what.lower() for what in told[name]), (name, told[name])
    assert sum("too large" in what[0] for what in told.values()) > 60


def test_real_bombs_of_few_bytes_are_refused_before_they_are_unpacked(tmp_path):
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    side = 9_000  # 81 megapixels, under the limit at which Pillow itself refuses, and 243 MB as pixels
    pack = zlib.compressobj(9)
    rows = b"".join(pack.compress(bytes(1 + 3 * side)) for _ in range(side)) + pack.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert len(bomb) < 300_000
    (tmp_path / "bomb.png").write_bytes(bomb)
    profile = zlib.compress(bytes(200_000_000), 9)  # a colour profile of 200 MB
    small = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(4 * 13)))
    note = chunk(b"zTXt", b"Comment\0\0" + profile)
    (tmp_path / "profile.png").write_bytes(b"\x89PNG\r\n\x1a\n" + small + chunk(b"iCCP", b"x\0\0" + profile) + pixels + chunk(b"IEND", b""))  # fmt: skip
    (tmp_path / "text.png").write_bytes(b"\x89PNG\r\n\x1a\n" + small + note + pixels + chunk(b"IEND", b""))
    told = read_all(tmp_path)
    assert all("too large" in what for what in told["bomb.png"])
    for name in ("profile.png", "text.png"):
        assert all(what == "read" or "damaged" in what for what in told[name]), told
