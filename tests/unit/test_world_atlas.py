"""The atlas of the picture book: its names, its facts, its pictures, and that they are those of the written bank."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.plurals import plural_of
from models.weights import faults
from models.world import atlas, find
from models.world.sounds import CLASSES
from training.world.bank import read_bank

ROOT = Path(__file__).resolve().parents[2]


def test_the_atlas_is_the_written_bank() -> None:
    """Whoever edits objects.txt must run the build command, or people get yesterday's names."""
    rows = read_bank(ROOT / "training" / "world" / "objects.txt")
    assert tuple(row.name for row in rows) == atlas.names()
    for row in rows:
        entry = atlas.entry(row.name)
        for field in ("group", "subgroup", "plural", "synonyms", "near", "habitat", "metres", "facing", "sound", "worn", "head", "kinds", "uses", "properties"):  # fmt: skip
            assert getattr(entry, field) == getattr(row, field), (row.name, field)


def test_every_file_is_the_one_that_was_built() -> None:
    assert faults(atlas.FOLDER) == []
    assert "SIL OPEN FONT LICENSE" in (atlas.FOLDER / "OFL.txt").read_text(encoding="utf-8")


def test_there_are_many_well_known_things() -> None:
    assert len(atlas.names()) == len(set(atlas.names())) >= 1000
    assert sum(bool(e.uses or e.properties) and bool(e.kinds) for e in atlas.entries()) >= 500
    assert all(e.colours and e.plural and e.group and e.subgroup for e in atlas.entries())
    for name in ("cat", "dog", "car", "tree", "man", "woman", "hat", "crown", "glasses", "balloon", "pizza", "sun"):
        assert name in atlas.names()


def test_one_word_means_one_thing() -> None:
    owner: dict[str, str] = {}
    for entry in atlas.entries():
        for word in {entry.name, entry.plural, *entry.synonyms, *entry.near}:
            assert owner.setdefault(word, entry.name) == entry.name, word


def test_every_picture_is_cropped_tightly_to_the_stated_size() -> None:
    for name in atlas.names():
        picture = atlas.sprite(name)
        height, width, channels = picture.shape
        assert (picture.dtype, channels, max(height, width)) == (np.uint8, 4, 128), name
        assert atlas.aspect(name) == width / height
        alpha = picture[..., 3]
        assert all(rim.any() for rim in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])), name
        assert (alpha > 127).mean() > 0.05, name
    pictures = {atlas.sprite(name).tobytes() for name in atlas.names()}
    assert len(pictures) == len(atlas.names())


def test_pictures_are_shared_and_so_cannot_be_written_to() -> None:
    with pytest.raises(ValueError):
        atlas.sprite("cat")[0, 0, 0] = 1


def test_an_unknown_name_is_a_key_error() -> None:
    for ask in (atlas.entry, atlas.sprite, atlas.aspect):
        with pytest.raises(KeyError):
            ask("zeppelin")


def test_facts_say_what_everybody_knows() -> None:
    cat, car, hat, ant = (atlas.entry(name) for name in ("cat", "car", "hat", "ant"))
    assert "kitten" in cat.synonyms
    assert "meows" in cat.properties
    assert "animal" in cat.kinds
    assert cat.sound == "cat"
    assert cat.facing == "left"
    assert len(cat.head) == 4
    assert "red" in car.colours
    assert "has wheels" in car.properties
    assert hat.worn == "head"
    assert atlas.entry("sunglasses").worn == "face"
    assert ant.typical < cat.typical < car.typical < atlas.entry("castle").typical <= 1
    assert atlas.entry("mouse").plural == "mice"


def test_sounds_heads_and_traits_are_of_known_kinds() -> None:
    for entry in atlas.entries():
        assert not entry.sound or entry.sound in CLASSES, entry.name
        assert entry.habitat in ("ground", "sky", "water", "table", "any"), entry.name
        assert entry.facing in ("left", "right", "front"), entry.name
        assert entry.worn in ("", "head", "face", "neck", "body", "hands", "feet"), entry.name
        assert len(entry.head) in (0, 4), entry.name
        assert all(0 <= part <= 1 for part in entry.head), entry.name
        assert 0 <= entry.typical <= 1


def test_asking_for_names_decodes_no_picture() -> None:
    code = (
        "import sys\nfrom models.world import atlas, find\n"
        "assert atlas.aspect('cat') and find.find('two kittens').name == 'cat'\n"
        "print('PIL' in sys.modules, atlas._page.cache_info().currsize)"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "0"]


def test_the_words_have_their_vectors() -> None:
    vectors = np.load(atlas.FOLDER / find.WORDS, allow_pickle=False)
    assert (vectors.dtype, vectors.shape) == (np.int8, (len(find.words()), 384))


@pytest.mark.parametrize(
    ("name", "plural"),
    [("cat", "cats"), ("bus", "buses"), ("fairy", "fairies"), ("monkey", "monkeys"), ("glass of milk", "glasses of milk"),
     ("police car", "police cars"), ("snowman", "snowmen"), ("knife", "knives"), ("tomato", "tomatoes"), ("man in a turban", "men in a turban")],
)  # fmt: skip
def test_plurals(name: str, plural: str) -> None:
    assert plural_of(name) == plural


@pytest.mark.parametrize(
    ("line", "said"),
    [("cat | =", "five fields"), ("Cat! | = | | |", "lower-case"), ("cat | = | fluffy | |", "no trait"), ("cat | = | | | a ; b ; c ; d", "kinds ; uses"),
     ("[animals]", "a section reads")],
)  # fmt: skip
def test_a_line_that_cannot_be_meant_so_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "bank.txt"
    file.write_text(f"# bank\n[animals / all] ground | animal\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"line 3: .*{said}"):
        read_bank(file)


def test_a_word_for_two_things_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bank.txt"
    file.write_text("[a / b]\ncat | = | | puss |\nboot | = | | ~puss |\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'puss' is given to both 'cat' and 'boot'"):
        read_bank(file)
