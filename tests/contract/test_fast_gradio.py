"""The quick import of gradio leaves the other threads of the process alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import inspect, sys, threading

asked = []

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "gradio" and not asked:
            def other():
                asked.append(inspect.getfile(threading))
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        return None

sys.meta_path.insert(0, Finder())
import components.fast_gradio
assert asked == [threading.__file__], asked
assert inspect.getfile(threading) == threading.__file__
"""


def test_another_thread_finds_its_sources_while_gradio_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
