"""Every setting of the application in one frozen value, read from the command line and from ``UNISON_*`` variables."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "UNISON_"
YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True)
class Settings:
    """Where the app keeps its data, what it loads, where it listens, and the limits that it holds people to. *mcp* is "stdio" or
    "http" to serve the Model Context Protocol instead of the page; *files* is the folder whose files its programs may name.

    Sizes are bytes, times seconds, *text_limit*, *read_head* and *read_tail* characters.
    """

    profile: str = "auto"
    data: Path = field(default_factory=lambda: ROOT / "data")
    assets: Path = ROOT / "assets"
    experts_folder: Path | None = None
    gligen: Path | None = None
    device: str = "auto"
    threads: int = 0
    host: str = "127.0.0.1"
    port: int = 7860
    share: bool = False
    open_browser: bool = True
    console: bool = False
    desktop: bool = False
    safety: bool = True
    mcp: str = ""
    files: Path | None = None
    text_limit: int = 20_000
    read_head: int = 4_000
    read_tail: int = 2_000
    files_per_message: int = 10
    calls_per_reply: int = 4
    quota_bytes: int = 2 * 1024**3
    disk_bytes: int = 20 * 1024**3
    uploads_bytes: int = 4 * 1024**3
    keep_days: float = 30.0
    deadline: float = 900.0
    grace: float = 5.0
    model_wait: float = 120.0

    @property
    def database(self) -> Path:
        return self.data / "history.sqlite"

    @property
    def media(self) -> Path:
        """The only folder whose files a browser may fetch."""
        return self.data / "media"

    @property
    def scratch(self) -> Path:
        return self.data / "scratch"


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


def _transport(text: str) -> str:
    if text not in ("stdio", "http"):
        raise ValueError(text)
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py",
        description="Unison: one chat that works on your own pictures, videos and sounds, on your own machine.",
        epilog="Every option can also be given as a variable, such as UNISON_PORT=8000 or UNISON_NO_BROWSER=1.",
    )
    add = parser.add_argument
    add("--profile", help="which models to run; auto picks by hardware and says why (default: auto)")
    add("--host", help="address to listen on (default: 127.0.0.1, this machine only)")
    add("--port", type=_port, help="port to listen on; 0 takes any free one (default: 7860)")
    add("--data", type=Path, metavar="FOLDER", help="where conversations and media are kept (default: data)")
    add("--device", help="auto, cpu, cuda or cuda:N (default: auto)")
    add("--threads", type=_count, help="processor threads to use; 0 leaves it to the libraries (default: 0)")
    add("--experts", dest="experts_folder", type=Path, metavar="FOLDER", help="a folder with more expert files")
    add(
        "--gligen", type=Path, metavar="FOLDER", help="a folder with GLIGEN's models, for layouts and for marked places"
    )
    add("--console", action="store_true", default=None, help="chat in the terminal instead of the browser")
    add(
        "--desktop",
        action="store_true",
        default=None,
        help="open the page in a window of its own; closing it ends the program",
    )
    add(
        "--mcp",
        type=_transport,
        nargs="?",
        const="stdio",
        metavar="http",
        help="serve programs by the Model Context Protocol, on stdin and stdout or by http on this machine alone",
    )
    add("--files", type=Path, metavar="FOLDER", help="with --mcp: the folder whose files such a program may name")
    add("--share", action="store_true", default=None, help="also open a public address (needs the internet; off)")
    add("--no-browser", dest="open_browser", action="store_false", default=None, help="do not open a browser window")
    add(
        "--no-safety-checker",
        dest="safety",
        action="store_false",
        default=None,
        help="load models of the hub without the safety checker that some of them have; their results say so",
    )
    add("--quota", dest="quota_bytes", type=_positive, metavar="GB", help="media kept per person (default: 2)")
    add("--keep-days", type=_positive, metavar="DAYS", help="files of no conversation are removed after (default: 30)")
    add("--deadline", type=_positive, metavar="SECONDS", help="longest run of one expert (default: 900)")
    return parser


def parse(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings for the arguments *argv*; variables stand in for what the command line leaves out.

    Exits with a usage message on a bad value, as command-line programs do.
    """
    environ = os.environ if environ is None else environ
    parser = _parser()
    given: dict[str, object] = {}
    for action in parser._actions:
        name = PREFIX + action.option_strings[-1].lstrip("-").replace("-", "_").upper()
        text = environ.get(name)
        if text is None or action.dest == "help":
            continue
        switch = text.strip().lower()
        if (action.const is not None and switch in (*YES, *NO)) or action.nargs == 0:
            if switch in YES:
                given[action.dest] = action.const
            continue
        try:
            given[action.dest] = action.type(text) if callable(action.type) else text
        except ValueError:
            parser.error(f"{name}={text!r} is not a valid value")
    given |= {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    if "quota_bytes" in given:
        given["quota_bytes"] = int(float(str(given["quota_bytes"])) * 1024**3)
    for option, name in (("--experts", "experts_folder"), ("--files", "files"), ("--gligen", "gligen")):
        folder = given.get(name)
        if isinstance(folder, Path) and not folder.is_dir():
            parser.error(f"{option} {folder}: there is no such folder")
    return Settings(**given)  # type: ignore[arg-type]
