"""What networks that are prompted hold: the turn of loading, which is freed with a run that is given up, and their room on a card."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scenes import make_call, make_inputs

from models.device import loading
from models.experts import segment_sam
from models.prompted.loading import Network
from models.values import Checkpoint, Phrase, Ref


def test_a_detector_that_hangs_while_it_loads_holds_no_other_load_up_once_it_was_given_up(monkeypatch):
    entered, go_on, freed = threading.Event(), threading.Event(), []

    def hang(checkpoint, device):
        entered.set()
        go_on.wait(60)
        raise ValueError("it came too late")

    monkeypatch.setattr(segment_sam, "load_detector", hang)
    monkeypatch.setattr(
        segment_sam, "load_segmenter", lambda *_: SimpleNamespace(network=SimpleNamespace(device="cpu"))
    )
    expert = segment_sam.load(Checkpoint("segment_sam", call={"detector": Checkpoint("detect_zero_shot")}), "cpu")

    def report(fraction, word="", preview=None):
        """The report of the run that hangs."""

    def run():
        inputs = make_inputs(np.zeros((8, 8, 3), np.uint8))
        with pytest.raises(ValueError, match="too late"):
            expert(make_call("segment", Ref("image#1"), Phrase("dog")), inputs, report)
        freed.append(True)

    hung = threading.Thread(target=run, daemon=True)
    hung.start()
    try:
        assert entered.wait(20)
        assert not loading._take("another")
        assert loading.give_up(report)
        with loading:  # what comes back late frees nothing that others hold
            go_on.set()
            hung.join(20)
            assert freed
            assert not loading._take("another")
    finally:
        go_on.set()
        hung.join(20)


@pytest.mark.parametrize("offload", [False, True])
def test_weights_that_worked_on_the_processor_for_want_of_room_are_not_brought_back_to_the_full_card(offload):
    where = []

    class Weights(torch.nn.Module):
        def to(self, device):
            if device == "cuda":
                raise torch.OutOfMemoryError
            where.append(device)
            return self

    network = Network(Weights(), None, "cuda", offload)
    with network.working(lambda *_: None, "looking", spare=True) as device:
        assert device == "cpu"
    assert set(where) == {"cpu"}
    with pytest.raises(torch.OutOfMemoryError), network.working(lambda *_: None, "looking"):
        pytest.fail("it works on the card again as soon as that is not short")
