"""The quick import of gradio leaves out what is not needed here, and leaves the other threads of the process alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from components.fast_gradio import gr, unserved

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


LEAN = """
import sys
from components.fast_gradio import gr, unserved

heavy = {name.partition(".")[0] for name in sys.modules} & {"pandas", "mcp", "torch", "transformers"}
assert not heavy, heavy
with unserved(), gr.Blocks() as page:
    box = gr.Textbox()
    box.submit(lambda words: words.upper(), box, box, api_name="shout")
    page.queue()
assert page.app is None
page.launch(prevent_thread_lock=True, quiet=True, server_port=None, server_name="127.0.0.1", _frontend=False)
from gradio_client import Client
assert Client(page.local_url, verbose=False).predict("hear me", api_name="/shout") == "HEAR ME"
assert "pandas" not in sys.modules, "gradio keeps statistics that nobody sees"
page.close()
table = sys.modules["gradio.caching"].pd.DataFrame({"a": [1, 2]})
assert table.a.sum() == 3
import pandas
assert pandas.DataFrame is type(table), "there is one pandas, whoever asks for it"
"""


def test_gradio_comes_without_what_it_does_not_need_here_and_serves_one_app() -> None:
    environ = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LEAN], cwd=ROOT, capture_output=True, text=True, check=False, env=environ
    )
    assert done.returncode == 0, done.stderr


def test_a_page_that_another_thread_builds_meanwhile_has_its_server() -> None:
    built: list[Any] = []

    def other() -> None:
        with gr.Blocks() as page:
            gr.Textbox()
        built.append(page)

    with unserved():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert built[0].app is not None
    with gr.Blocks() as page:
        gr.Textbox()
    assert page.app is not None
