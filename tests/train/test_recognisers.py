"""The recognisers: what they are shown is what it should be, they learn it, and come back from a folder as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.expert import Refusal
from training.recognisers import __main__ as command
from training.recognisers import crops, spectra
from training.recognisers.network import Recogniser, Shape, load, save

NAMES = ("pizza", "whale", "cactus")


@pytest.fixture(scope="module")
def stock() -> crops.Stock:
    return crops.stock(np.random.default_rng(1), grounds=4, names=NAMES, tints=1)


def test_crops_are_the_same_for_the_same_seed_and_show_nothing_as_often_as_asked(stock: crops.Stock) -> None:
    one, two = (next(crops.batches(stock, 64, np.random.default_rng(2), bare=0.5)) for _ in range(2))
    assert one[0].shape == (64, crops.SIDE, crops.SIDE, 3)
    assert one[0].dtype == np.uint8
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])
    assert stock.classes == (*NAMES, crops.NOTHING)
    nothing = float((one[1] == len(NAMES)).mean())
    assert 0.3 < nothing < 0.7
    assert not (next(crops.batches(stock, 64, np.random.default_rng(2), bare=0.0))[1] == len(NAMES)).any()


def test_a_tone_lies_in_its_band_at_any_rate_and_silence_nowhere() -> None:
    loudest = []
    for rate in (16000, 44100):
        time = np.arange(2 * rate) / rate
        values = spectra.spectrogram(0.5 * np.sin(2 * np.pi * 1000 * time), rate)
        assert values.shape[0] == spectra.BANDS
        assert values.shape[1] >= spectra.FRAMES
        assert float(values.max()) == 1.0
        loudest.append(int(values[:, 10].argmax()))
    # mel(1000 Hz) = 1000; 64 bands from mel(40) = 60.4 to mel(8000) = 2840, centres (2840 - 60.4) / 65 = 42.8 apart
    assert loudest[0] == loudest[1] == round((1000 - 60.4) / 42.76) - 1
    silent = spectra.spectrogram(np.zeros((100, 2), np.float32), 44100)
    assert (silent == -1).all()
    assert spectra.spectrogram(np.zeros(0), 16000).shape[1] >= spectra.FRAMES


def test_sounds_are_varied_and_keep_their_class() -> None:
    bank = spectra.bank(("dog", "rain"), 1, 3)
    values, labels = next(spectra.batches(bank, 16, np.random.default_rng(4)))
    assert values.shape == (16, spectra.BANDS, spectra.FRAMES)
    assert set(labels.tolist()) == {0, 1}
    assert -1 <= values.min() <= values.max() <= 1
    same = [values[i] for i in np.flatnonzero(labels == 1)]
    assert not np.array_equal(same[0], same[1])


def test_a_recogniser_learns_and_comes_back_as_it_was(stock: crops.Stock, tmp_path: Path) -> None:
    def batches() -> command.Batches:
        for pixels, labels in crops.batches(stock, 32, np.random.default_rng(5)):
            yield command.picture_inputs(pixels), torch.from_numpy(labels)

    held = next(crops.batches(stock, 60, np.random.default_rng(6)))
    shape = Shape(stock.classes, 3, (3, 3), (8, 16, 16, 16, 32), 16)
    course = command.Course(shape, batches(), (command.picture_inputs(held[0]), torch.from_numpy(held[1])),
                            ("a", "b", "c", crops.NOTHING), {})  # fmt: skip
    lines: list[str] = []
    network, mean = command.train(course, 80, 6e-3, 1, lines.append)
    assert lines[-1].startswith("step 80 of 80")
    with mean.applied(network):
        found = command.measure(network, course)
        save(network, network.state_dict(), tmp_path)
        scores = network(course.held_out[0])
    assert found["named_right"] > 0.55  # chance is a quarter
    assert found["named_right"] <= found["right_among_five"] == 1.0
    assert found["things"] + found["nothing"] == 60
    again = load(tmp_path)
    assert again.shape == shape
    assert torch.allclose(again(course.held_out[0]), scores, atol=0.05)  # half precision on disk


def test_features_come_in_the_width_that_the_shape_says() -> None:
    network = Recogniser(Shape(("a", "b"), 1, (4, 1), (4, 4, 4, 4, 8), 6)).eval()
    inputs = torch.zeros(3, 1, 64, 96)
    assert network.features(inputs).shape == (3, 6)
    assert network(inputs).shape == (3, 2)
    assert [m.shape[1] for m in network.maps(inputs)] == [4, 4, 4, 4, 8]


def test_a_missing_or_damaged_recogniser_is_refused_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        load(tmp_path)
    assert "training.recognisers" in refused.value.hint
    save(Recogniser(Shape(("a", "b"), 1, (1, 1), (4, 4, 4, 4, 8), 6)), {}, tmp_path)
    with pytest.raises(Refusal):
        load(tmp_path)
