"""The table of which experts of an adapter are used for which task: what is counted, and the command on a tiny random model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from stage_runs import base, small_config

from evaluation import gate_use
from evaluation.gate_use import SEVERAL, SIGHT, TALK, figures, row_of, used
from models.loramoe.balance import routing
from models.reader import shared_reader
from models.unified.native import ADAPTER
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.prompt import Scribe
from models.unified.vocabulary import Vocabulary
from models.values import Failure, Message, TaskCall, Text
from training.batches import Maker
from training.dialogues import Example, topics
from training.language.reason import known_names
from training.stages.lesson import adapt
from training.stages.plan import Plan


def adapted(names: Vocabulary, experts: int) -> UnifiedForConditionalGeneration:
    """A network that knows words alone, with an adapter whose routers are as random as can be."""
    torch.manual_seed(3)
    network = UnifiedForConditionalGeneration(small_config(names))
    adapt(network, Plan("three", Path(), experts=experts, rank=2))
    for name, value in network.named_parameters():
        if "loramoe_down" in name:
            torch.nn.init.normal_(value, generator=torch.Generator().manual_seed(2))
    return network.eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such weights as stage three ships them."""
    made = tmp_path_factory.mktemp("weights")
    names = Vocabulary.build([" you", " see", "Hello"], topics(), known_names())
    network = adapted(names, 8)
    state = network.state_dict()
    bare = UnifiedForConditionalGeneration(network.config)
    bare.load_state_dict({n.replace(".base_layer.", "."): v for n, v in state.items() if "loramoe_" not in n})
    bare.save_pretrained(made)
    again = adapt(bare, Plan("three", made, experts=8, rank=2))
    again.load_state_dict({f"base_model.model.{n}": v for n, v in state.items()})
    again.save_pretrained(made / ADAPTER)
    names.save(made)
    (made / "MANIFEST.json").write_text(json.dumps({"steps": 1234}), encoding="utf-8")
    return made


def test_a_reply_counts_for_the_task_that_it_calls_whatever_was_asked_for() -> None:
    def said(group: str, *tasks: str) -> Example:
        return Example(
            (Message("user", ()), Message("assistant", tuple(TaskCall("t1", task) for task in tasks))), group
        )

    assert row_of(said("reason.cut", "segment")) == "segment"
    assert row_of(said("multi.adjust+adjust", "adjust", "adjust")) == "adjust"
    assert row_of(said("multi.segment+edit", "segment", "edit")) == SEVERAL
    assert row_of(said("seen.caption")) == SIGHT
    assert row_of(said("vqa.image")) == row_of(said("chat.hi")) == TALK


def test_the_tokens_of_the_last_reply_count_and_no_others() -> None:
    names = Vocabulary.build([" you", " see", "Hello"], ["hi"])
    network, reader = adapted(names, 4), shared_reader()
    hello, see = Message("assistant", (Text("Hello"),)), Message("assistant", (Text("Hello you see"),))
    asked, again = Message("user", (Text("hi there"),)), Message("user", (Text("and now?"),))
    maker = Maker(names, reader, 700)
    examples = [Example((asked, hello), TALK), Example((asked, see, again, hello), "edit")]
    failed = Message("assistant", (Text("Hello"), Failure("t1", "no such file", "")))
    found = used(network, maker.batches(examples), reader.static, names["c:assistant"], names["c:end"])
    assert {name: len(each) for name, each in found.items()} == {TALK: 1, "edit": 1}
    for row, example in ((TALK, examples[0]), ("edit", examples[1])):
        ids = Scribe(names, reader.cut).write(example.messages).ids
        begin = len(ids) - 1 - ids[::-1].index(names["c:assistant"])
        (batch,) = maker.batches([example])
        reply = torch.arange(batch.ids.shape[1]) > begin
        assert 0 < int(reply.sum()) < 8
        with torch.no_grad(), routing(network) as routed:
            network(batch.ids, batch.bank(reader.static), batch.follow, batch.weights)
        wanted = routed.usage(torch.zeros(1, dtype=torch.long), 1, reply[None]).shares()[0].numpy()
        assert np.allclose(found[row][0][:4], wanted, atol=1e-5)
        assert not np.allclose(wanted, 0.25, atol=0.02), "the routers of this adapter differ"
    made = figures(found, 1)
    assert list(made) == ["edit", TALK], "tasks first"
    assert [estimate.n for estimate in made["edit"] if estimate] == [1] * 5
    batches = maker.batches([Example((asked, failed), TALK)])
    behind = used(network, batches, reader.static, names["c:assistant"], names["c:end"])
    assert np.allclose(behind[TALK][0], found[TALK][0], atol=1e-5), "what stands behind the reply does not hide it"


def test_weights_without_an_adapter_or_a_folder_without_weights_are_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = base(tmp_path / "plain")
    (plain / "MANIFEST.json").write_text("{}", encoding="utf-8")
    assert gate_use.main(["--weights", str(plain), "--dialogues", "1"]) == 1
    assert "no LoRAMoE adapter" in capsys.readouterr().err
    assert gate_use.main(["--weights", str(tmp_path / "nowhere"), "--dialogues", "1"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_writes_a_table_between_its_marks_and_keeps_the_rest(folder: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "results.md", tmp_path / "use.json"
    file.write_text("# Results\n\nbefore\n\n<!-- gate usage: begin -->\nold\n<!-- gate usage: end -->\n\nafter\n")
    words = ["--weights", str(folder), "--dialogues", "6", "--results", str(file), "--out", str(out)]
    assert gate_use.main(words) == 0
    text = file.read_text()
    assert text.startswith("# Results\n\nbefore\n")
    assert text.endswith("\n\nafter\n")
    assert "\nold\n" not in text
    assert "1,234 steps" in text
    assert str(folder) not in text
    figures_ = json.loads(out.read_text())
    assert sum(row[0]["n"] for row in figures_.values()) == 6
    for row in figures_.values():
        shares = [one["value"] for one in row[:8]]
        assert sum(shares) == pytest.approx(100.0, abs=0.01)
        assert max(shares) - min(shares) > 2, "the routers of this adapter differ"
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + len(figures_)
    assert "1 (talk)" in table[0]
    first = next(iter(figures_))
    assert table[2].startswith(f"| {first} | {figures_[first][0]['n']} | {figures_[first][0]['value']:.1f}%")
    assert "inf" not in text, "of one reply there is no interval"
