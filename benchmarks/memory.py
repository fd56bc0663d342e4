"""How much memory the heaviest requests take: each in a process of its own, with everything that the app would hold.

    python benchmarks/memory.py [CASE ...]

Prints the peak of the process with its ffmpeg children in MB, and that of a bare interpreter beside it. The language model
is loaded too where its weights are there. Reads /proc, so it runs on Linux only.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
LIMIT_MB = 2000


class Peak:
    """Watches, every 10 ms, the resident memory of this process and its children."""

    def __init__(self) -> None:
        self.children = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self.own = field("self", "VmHWM")

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            pids: list[str] = []
            for task in Path("/proc/self/task").iterdir():
                with contextlib.suppress(OSError):
                    pids += (task / "children").read_text().split()
            # A child that has not become ffmpeg yet still shows this process's own memory.
            others = [pid for pid in pids if program(pid) not in ("", program("self"))]
            self.children = max(self.children, sum(field(pid, "VmRSS") for pid in others))


def program(pid: str) -> str:
    """Return which program a process runs; "" when it has just ended."""
    with contextlib.suppress(OSError):
        return str(Path(f"/proc/{pid}/exe").readlink())
    return ""


def field(pid: str, name: str) -> float:
    """Return a line of /proc/PID/status in MB; 0 when the process has just ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1000
    return 0.0


def picture(folder: Path, width: int, height: int) -> Path:
    """Write a mottled picture with a red disc in its middle."""
    import numpy as np
    from PIL import Image

    ys, xs = np.mgrid[:height, :width]
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = (70, 120, 60)
    pixels += np.random.default_rng(0).integers(0, 40, (height, width, 1), dtype=np.uint8)
    pixels[(xs - width // 2) ** 2 + (ys - height // 2) ** 2 < (height // 4) ** 2] = (190, 60, 50)
    path = folder / "picture.jpg"
    Image.fromarray(pixels).save(path, quality=92)
    return path


def clip(folder: Path, size: str, seconds: float, *coding: str) -> Path:
    """Write a moving test picture with a tone, as H.264, or in the *coding* that ffmpeg's options tell."""
    from models import ffmpeg

    path = folder / "clip.mp4"
    source = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d={seconds}", "-f", "lavfi", "-i", f"sine=d={seconds}"]
    coding = coding or ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    ffmpeg.run(*source, *coding, "-shortest", str(path))
    return path


def sound(folder: Path, seconds: int) -> Path:
    from models import ffmpeg

    path = folder / "sound.wav"
    ffmpeg.run("-f", "lavfi", "-i", f"sine=d={seconds}:sample_rate=44100", "-ac", "2", str(path))
    return path


PLACE = (0.2, 0.2, 0.8, 0.8)
CASES: dict[str, tuple[Callable[[Path], Path] | None, tuple[str, ...]]] = {
    "idle": (None, ()),
    "words": (None, ("What can you do?",)),
    "40 Mpx: segment, adjust": (
        lambda f: picture(f, 8000, 5000),
        ("/segment DRAWN", "/adjust blur outside image#1 mask#1"),
    ),
    "40 Mpx: cartoon": (lambda f: picture(f, 8000, 5000), ("/adjust cartoon image#1",)),
    "40 Mpx: remove": (lambda f: picture(f, 8000, 5000), ("/remove DRAWN",)),
    "12 Mpx: 16 masks": (lambda f: picture(f, 4000, 3000), ("/segment DRAWN x16",)),
    "4K clip: black and white": (lambda f: clip(f, "3840x2160", 2), ("/adjust grayscale video#1",)),
    "4K clip: cartoon": (lambda f: clip(f, "3840x2160", 1), ("/adjust cartoon video#1",)),
    "4K clip: a frame, a stretch": (
        lambda f: clip(f, "3840x2160", 2),
        ("/extract frame=20 video#1", "/extract <t>0.4-1.6</t> video#1"),
    ),
    "4K clip of a phone: attach": (
        lambda f: clip(f, "3840x2160", 1, "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
        (),
    ),
    "4K clip: follow, crop": (
        lambda f: clip(f, "3840x2160", 3),
        ("/video_segment DRAWN", "/adjust blur outside video#1 mask#1", "/adjust crop video#1 mask#1"),
    ),
    "1080p clip: follow": (
        lambda f: clip(f, "1920x1080", 4),
        ("/video_segment DRAWN", "/adjust blur outside video#1 mask#1"),
    ),
    "10 min of stereo sound: pitch": (lambda f: sound(f, 600), ("/audio_adjust pitch semitones=3 audio#1",)),
    "11 min of stereo sound: fade": (lambda f: sound(f, 660), ("/audio_adjust fade_out seconds=5 audio#1",)),
}
"""By name: what is attached, and what is said; DRAWN marks the middle of it."""


def run(name: str) -> None:
    """Have the conversation of a case and print its peaks; the last line is for the caller."""
    from app.engine import Engine
    from app.events import Finished
    from app.settings import Settings
    from models.values import Box, Failure, Region

    make, commands = CASES[name]
    trouble = ""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as held:
        root = Path(folder)
        if make is not None:  # in another process, and before the watch begins: only the app's own memory counts
            subprocess.run([sys.executable, __file__, "--make", name, folder], check=True)
        peak = held.enter_context(Peak())
        engine = Engine(Settings(data=root / "data"))
        engine.brain.start()
        engine.brain.wait(120)
        model = "no language model" if engine.brain.model is None else "with the language model"
        session = engine.open("someone")
        path = next((p for p in root.iterdir() if p.is_file()), None)
        handles = [] if path is None else [engine.attach(session, path).handle]
        for said in commands:
            text, _, times = said.partition(" x")
            count = int(times or 1) if "DRAWN" in text else 0
            drawn = [Region(n + 1, handles[0], Box(*PLACE)) for n in range(count)]
            for event in engine.reply(session, text.replace(" DRAWN", ""), handles, drawn):
                if isinstance(event, Finished):
                    trouble += " ".join(part.what for part in event.message.parts if isinstance(part, Failure))
            handles = []
        engine.close()
    print(f"{peak.own:.0f} {peak.children:.0f} {model}{'; ' + trouble if trouble else ''}")


def main() -> int:
    """Run the cases named on the command line, or all; the exit status is 1 when one is over the limit."""
    names = sys.argv[1:] or list(CASES)
    peek = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import memory; print(memory.field('self', 'VmHWM'))"
    bare = float(subprocess.run([sys.executable, "-c", peek], capture_output=True, text=True, check=True).stdout)
    print(f"bare interpreter: {bare:.0f} MB; limit {LIMIT_MB} MB")
    over = 0
    for name in names:
        result = subprocess.run([sys.executable, __file__, "--run", name], capture_output=True, text=True)
        if result.returncode:
            print(f"{name:34} failed: {result.stderr.strip().splitlines()[-1:]}")
            over += 1
            continue
        own, children, note = result.stdout.strip().splitlines()[-1].split(" ", 2)
        total = float(own) + float(children)
        over += total > LIMIT_MB
        print(f"{name:34} {total:6.0f} MB = {own} in Python + {children} in ffmpeg; {note}", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2])
    elif sys.argv[1:2] == ["--make"]:
        maker = CASES[sys.argv[2]][0]
        assert maker is not None
        maker(Path(sys.argv[3]))
    else:
        raise SystemExit(main())
