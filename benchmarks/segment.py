"""How much the small copy and the edge refinement save against plain GrabCut at full size, and what they cost in quality.

Run ``python -m benchmarks.segment [picture]``. Without a picture a procedural scene of one megapixel with a known truth
is used. Prints CPU seconds of both in the same process, their ratio, and the overlap (with the truth where there is one);
then the same of our cut from two clicks in the box's middle, whose extent has to be guessed. OMP_NUM_THREADS=1 makes CPU
seconds and waiting time one.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.grabcut import ITERATIONS, Marking, cut


def scene(
    width: int = 1200, height: int = 900
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], tuple[int, int, int, int]]:
    """Return a mottled wavy blob on a mottled ground: uint8 RGB, its truth, and a box with room round it."""
    random = np.random.default_rng(5)

    def surface(colour: tuple[int, int, int]) -> NDArray[np.float32]:
        noise = random.normal(0, 1, (height, width, 3)).astype(np.float32)
        return np.asarray(np.array(colour, np.float32) + cv2.GaussianBlur(noise, (0, 0), 3.0) * 160, np.float32)

    ys, xs = np.arange(height)[:, None] * 1.0, np.arange(width)[None, :] * 1.0
    angle = np.arctan2(ys - height / 2, xs - width / 2)
    radius = 0.33 * height * (1 + 0.15 * np.sin(5 * angle) + 0.05 * np.sin(17 * angle))
    truth = np.hypot(xs - width / 2, ys - height / 2) < radius
    soft = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 0.8)[..., None]
    pixels = soft * surface((180, 90, 60)) + (1 - soft) * surface((90, 120, 80))
    box = (int(width * 0.18), int(height * 0.06), int(width * 0.82), int(height * 0.94))
    return np.clip(pixels, 0, 255).astype(np.uint8), truth, box


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Return intersection over union."""
    return int(np.count_nonzero(a & b)) / max(1, int(np.count_nonzero(a | b)))


def main() -> None:
    """Time both and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", type=Path)
    parser.add_argument("--box", type=float, nargs=4, default=(0.1, 0.1, 0.9, 0.9), help="fractions x0 y0 x1 y1")
    wanted = parser.parse_args()
    truth: NDArray[np.bool_] | None = None
    if wanted.picture is None:
        pixels, truth, box = scene()
    else:
        pixels = np.ascontiguousarray(np.asarray(cv2.imread(str(wanted.picture)), np.uint8)[..., ::-1])
        high, wide = pixels.shape[:2]
        x0, y0, x1, y1 = wanted.box
        box = (int(x0 * wide), int(y0 * high), int(x1 * wide), int(y1 * high))
    nothing = np.zeros(pixels.shape[:2], np.bool_)
    start, wall = time.process_time(), time.perf_counter()
    ours = cut(pixels, Marking(nothing, nothing, box), 1, lambda fraction, word="", preview=None: None)
    ours_seconds, ours_wall = time.process_time() - start, time.perf_counter() - wall
    clicks = nothing.copy()
    row, reach = (box[1] + box[3]) // 2, max(1, pixels.shape[1] // 200)
    for share in (0.45, 0.55):
        column = round(box[0] + share * (box[2] - box[0]))
        clicks[row - reach : row + reach, column - reach : column + reach] = True
    start = time.process_time()
    clicked = cut(pixels, Marking(clicks, nothing), 1, lambda fraction, word="", preview=None: None)
    clicked_seconds = time.process_time() - start
    labels = np.zeros(pixels.shape[:2], np.uint8)
    labels[box[1] : box[3], box[0] : box[2]] = cv2.GC_PR_FGD
    cv2.setRNGSeed(1)
    start = time.process_time()
    models = (np.zeros((1, 65)), np.zeros((1, 65)))
    cv2.grabCut(np.ascontiguousarray(pixels[..., ::-1]), labels, None, *models, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    plain_seconds = time.process_time() - start
    plain = (labels & 1) == 1
    print(f"picture {pixels.shape[1]} x {pixels.shape[0]}, box {box}")
    print(f"plain GrabCut at full size  {plain_seconds:6.2f} CPU s")
    print(
        f"small copy + edge           {ours_seconds:6.2f} CPU s ({ours_wall:.2f} s wall), {plain_seconds / ours_seconds:.1f} times as fast"
    )
    print(f"overlap of the two          {overlap(ours.mask, plain):.4f}, score {ours.score:.3f}")
    if truth is not None:
        print(f"overlap with the truth      ours {overlap(ours.mask, truth):.4f}, plain {overlap(plain, truth):.4f}")
    held = f", overlap with the truth {overlap(clicked.mask, truth):.4f}" if truth is not None else ""
    print(f"from two clicks             {clicked_seconds:6.2f} CPU s{held}, score {clicked.score:.3f}")


if __name__ == "__main__":
    main()
