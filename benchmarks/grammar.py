"""Does the parser stay linear on hostile text? Parses a quarter and a whole megabyte of each pattern and prints the ratio.

    python -m benchmarks.grammar

Linear time gives ratios near 4; no pattern may take a second for the megabyte. The last column feeds single characters.
"""

from __future__ import annotations

import time

from models.grammar import Parser, parse

SIZE = 1_000_000
PATTERNS = (
    "a", "<", "<\\", "\\", "@", "<ta", "<task>", "</task>", "<task></task>", '<task>"', '<task>a "', '<task>a "\\',
    "<task>a <box>", "<task>a [(", "<task>segment a b c <box>nan,1,2,3</box></task>", "<ref>", "<ref></ref>", "<box>",
    "<ref>a</ref><box>", "<ref>a</ref>@image#1", "<ref>x</ref>    ", "@image#", "<|object_ref_start|>",
    "<task>x " + "<box>1,2,3,4</box>" * 200 + "</task>", "<task>a " + "((1" * 1300 + "</task>",
    "<task>a " + "a=" * 1900 + "</task>",
)  # fmt: skip
STARTS = ("<task>", "<ref>", "<ref><", "<ref>a</ref>", "<ref>a</ref><box>")
FILLERS = ("x", "\\", " ", '"', "7,")


def _seconds(text: str, *, single: bool = False) -> float:
    started = time.process_time()
    if single:
        parser = Parser()
        for character in text:
            parser.feed(character)
        parser.close()
    else:
        parse(text)
    return time.process_time() - started


def main() -> None:
    """Print one line per pattern and the slowest of all."""
    texts = {pattern[:40]: pattern * (SIZE // len(pattern) + 1) for pattern in PATTERNS}
    texts |= {f"{start} then {filler}": start + filler * SIZE for start in STARTS for filler in FILLERS}
    slowest = 0.0
    print(f"{'pattern':42} 0.25 MB    1 MB  ratio  0.25 MB by character")
    for name, text in texts.items():
        quarter, whole = _seconds(text[: SIZE // 4]), _seconds(text[:SIZE])
        single = _seconds(text[: SIZE // 4], single=True)
        ratio = f"{whole / quarter:5.1f}" if quarter > 0.002 else "    -"
        print(f"{name!r:42} {quarter:6.3f}s {whole:6.3f}s  {ratio}  {single:6.2f}s")
        slowest = max(slowest, whole)
    print(f"slowest megabyte: {slowest:.2f} s")


if __name__ == "__main__":
    main()
