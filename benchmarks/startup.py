"""How long it takes to start: importing the engine; with --page, until the page answers; with --browser, until it can be used. Ratios to ``import numpy``, and for
the page its processor time and its memory too, which a busy machine changes little. The language model loads after that.

With --browser a Chromium, which was started before, loads the page as soon as it answers, and again as another person's: told are the
first paint and when there is something to type into, counted from asking for the page.

python -m benchmarks.startup [--page] [--browser] [--runs N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "cv2", "gradio", "scipy", "soundfile")


def seconds(code: str, runs: int) -> float:
    """Return the median of the seconds that a fresh Python takes to run *code*, its own start included."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def page(port: int, look: Callable[[str], None] = lambda url: None) -> tuple[float, float, float]:
    """Start the app on *port*; return the seconds until its page answered, those of its processor time, and its peak memory in MB
    (both 0 if unknown). *look* is given its address as soon as it answers; the figures are of the moment before."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        line = [sys.executable, "app.py", "--no-browser", "--port", str(port), "--data", folder]
        process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                        answer.read()
                    break
                except (urllib.error.URLError, OSError):
                    if process.poll() is not None or time.perf_counter() - began > 120:
                        raise SystemExit("the app did not start") from None
                    time.sleep(0.05)
            took = time.perf_counter() - began
            used = _processor(process.pid)
            status = Path(f"/proc/{process.pid}/status")
            lines = status.read_text().splitlines() if status.exists() else []
            peak = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
            look(f"http://127.0.0.1:{port}/")
        finally:
            process.terminate()
            process.wait(30)
    return took, used, peak


def _processor(pid: int) -> float:
    """Return the seconds of processor time of a running process, 0 where the system does not tell."""
    facts = Path(f"/proc/{pid}/stat")
    if not facts.exists():
        return 0.0
    user, system = facts.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def people() -> Iterator[Callable[[str], None]]:
    """Give what loads an address in a running Chromium as two people do, one after the other, and prints how long each waits."""
    from playwright.sync_api import sync_playwright

    from benchmarks.page_tab import OFFLINE, PAINTED, chromium

    def load(browser: Any, url: str, name: str) -> None:
        with browser.new_context() as context:
            tab = context.new_page()
            began = time.perf_counter()
            tab.goto(url, wait_until="commit")
            tab.wait_for_selector("#box textarea")
            usable = time.perf_counter() - began
            print(
                f"{name:22} {tab.evaluate(PAINTED) / 1000:7.3f} s   first paint; can be typed into after {usable:.3f} s",
                flush=True,
            )

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", OFFLINE])
        browser.new_page().goto("about:blank")

        def both(url: str) -> None:
            load(browser, url, "the first load")
            load(browser, url, "the second load")

        yield both
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--page", action="store_true", help="also start the app and wait for its page")
    parser.add_argument("--browser", action="store_true", help="also load the page in Chromium as soon as it answers")
    parser.add_argument("--port", type=int, default=7861)
    options = parser.parse_args()
    bare, numpy = seconds("pass", options.runs), seconds("import numpy", options.runs)
    print(f"python alone           {bare:7.3f} s")
    print(f"import numpy           {numpy:7.3f} s   1.00")
    codes = {
        "import app.engine": "import app.engine",
        "... and every expert": "import app.engine; from models.expert import discover; discover()",
    }
    for name, code in codes.items():
        check = f"{code}\nimport sys\nassert not set(sys.modules) & set({HEAVY!r})"
        taken = seconds(check, options.runs)
        print(f"{name:22} {taken:7.3f} s   {taken / numpy:.2f} times import numpy")
    with people() if options.browser else nullcontext(lambda url: None) as look:
        for _ in range(options.runs if options.page or options.browser else 0):
            took, used, peak = page(options.port, look)
            ratio = f"{took / numpy:.2f} times import numpy"
            print(
                f"page answers           {took:7.3f} s   {ratio}, processor {used:.2f} s, peak {peak:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
