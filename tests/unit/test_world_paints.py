"""The first colour of a vehicle is its paint: neither its tyres nor its windows; and the shipped table says what the rule says."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.world import atlas
from training.sprites import BANK, colours_of
from training.world.bank import read_bank

STATED = {row.name for row in read_bank(BANK / "objects.txt") if row.colours}


@pytest.mark.parametrize(
    ("name", "first"),
    [("tractor", "green"), ("motorcycle", "red"), ("motor scooter", "yellow"), ("police car", "black"), ("ambulance", "white"), ("skateboard", "black"),
     ("canoe", "brown"), ("bus", "gray")],
)  # fmt: skip
def test_the_first_colour_of_a_vehicle_is_its_paint(name: str, first: str) -> None:
    assert atlas.entry(name).colours[0] == first


@pytest.mark.parametrize("name", ["car", "taxi", "rocket", "helicopter"])
def test_windows_and_tyres_are_no_colours_of_a_vehicle(name: str) -> None:
    assert not {"blue", "black"} & set(atlas.entry(name).colours)


def test_the_shipped_colours_of_all_vehicles_are_those_of_their_pictures() -> None:
    for name in atlas.names():
        entry = atlas.entry(name)
        if entry.group == "vehicles" and name not in STATED:
            assert entry.colours == colours_of(Image.fromarray(atlas.sprite(name)), painted=True), name


def test_black_counts_where_there_is_no_paint_to_speak_of() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:4] = (220, 30, 30, 255)  # a fifth of it is red
    assert colours_of(Image.fromarray(pixels), painted=True) == ("black", "red")
    pixels[:9] = (220, 30, 30, 255)
    assert colours_of(Image.fromarray(pixels), painted=True) == ("red",)
    assert colours_of(Image.fromarray(pixels)) == ("black", "red")
