"""Clips of large frames, as phones record them, with little memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import ffmpeg
from models.layout import layout
from models.video import VideoWriter, read_frames

_LIMIT_MB = 820
"""Between what two ffmpegs hold at once where each core has a thread of its own (877 MB on two cores, more on more) and with few
threads, 415 MB, or 741 MB on cores so busy that frames wait between the two."""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A clip of 40 frames, more than half the size of 4K, with sound."""
    path = tmp_path / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=2880x1620:r=25:d=1.6", "-f", "lavfi", "-i", "sine=d=1.6"]
    ffmpeg.run(*source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path))
    return path


def peaks() -> Iterator[float]:
    """Yield the peak resident memory of each child of this process, MB."""
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            yield from (int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ffmpeg_holds_few_of_the_frames_that_it_reads_and_writes(clip: Path, tmp_path: Path) -> None:
    peak = 0.0
    with VideoWriter(tmp_path / "out.mp4", 2880, 1620, 25, clip) as writer:
        for frame in read_frames(clip):
            writer.write(frame)
            peak = max(peak, sum(peaks()))
    assert 0 < peak < _LIMIT_MB
    made = layout(writer.clip.path)
    assert (made.plays, made.codec, made.has_audio) == (True, "h264", True)
    assert writer.clip.frames == 40
