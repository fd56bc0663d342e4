"""The training in three stages: what each may change, runs that go on to the bit, what they write, and what is shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import stage_runs
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.loramoe.layer import LoraMoeLinear
from models.percepts import PATCH, SETTING
from models.reader import Reader
from models.unified import vocabulary
from models.unified.native import ADAPTER, load
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from models.values import Checkpoint
from models.weights import faults
from training.stages import data, kept, pixels, taken
from training.stages.__main__ import plan_of
from training.stages.average import mean
from training.stages.learning import Trainer
from training.stages.plan import KINDS, ROWS, Plan


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a network that knows words alone, a bank of pictures, and their pixels."""
    root = tmp_path_factory.mktemp("stages")
    stage_runs.base(root / "base")
    bank = stage_runs.bank(root / "bank")
    pixels.write(root / "pixels", pixels.truths(bank, 8))
    return root


@pytest.fixture(autouse=True)
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "COUNTED", 30)


def begun(stage: str, run: Path, rooms: Path, **options: Any) -> Plan:
    options.setdefault(
        "base" if "after" not in options else "bank", rooms / ("base" if "after" not in options else "bank")
    )
    sight = {"bank": rooms / "bank", "pixels": rooms / "pixels"}
    return stage_runs.plan(stage, run, **{"ahead": False, "limit_steps": 3, "measured": 0, **sight, **options})


def trained(stage: str, run: Path, rooms: Path, **options: Any) -> Trainer:
    trainer = Trainer(begun(stage, run, rooms, **options))
    trainer.run()
    return trainer


def state(network: UnifiedForConditionalGeneration) -> dict[str, Tensor]:
    return {name.replace(".base_layer.", "."): value.clone() for name, value in network.state_dict().items()}


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> set[str]:
    return {name for name, value in one.items() if torch.equal(value, other[name])}


@pytest.fixture(scope="module")
def one(rooms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of a first stage."""
    run = tmp_path_factory.mktemp("one") / "run"
    counted, kept.COUNTED = kept.COUNTED, 30
    trained("one", run, rooms)
    kept.COUNTED = counted
    return run


def test_stage_one_changes_the_senses_and_the_new_rows_alone_to_the_bit(rooms: Path, tmp_path: Path) -> None:
    trainer = Trainer(begun("one", tmp_path, rooms))
    before = state(trainer.network)
    trainer.run()
    after = state(trainer.network)
    changed = set(before) - same(before, after)
    assert {name for name in changed if not name.startswith(("senses.", "noticing."))} <= {*ROWS, KINDS}
    assert {"senses.thing.0.weight", "senses.place.weight", "noticing.what.weight", *ROWS, KINDS} <= changed
    had = Vocabulary.load(rooms / "base")
    old = [trainer.names[name] for name in had.names]
    for name in ROWS:
        assert torch.equal(before[name][old], after[name][old])
    assert torch.equal(before[KINDS][:3], after[KINDS][:3])
    told = json.loads((tmp_path / kept.STAGE).read_text())[-1]["frozen"]
    assert told["before"] == told["after"]


def test_a_nought_that_loses_its_sign_in_the_running_mean_is_no_change(rooms: Path, tmp_path: Path) -> None:
    trainer = Trainer(begun("one", tmp_path, rooms))
    held = trainer.scope.frozen(trainer.network)
    signed = {name: torch.where(value == 0, -value, value) for name, value in trainer.network.state_dict().items()}
    trainer.network.load_state_dict(signed)
    assert trainer.scope.frozen(trainer.network) == held


def test_stage_two_changes_the_whole_model_and_draws_on_masks_and_boxes(rooms: Path, one: Path, tmp_path: Path) -> None:
    trainer = Trainer(begun("two", tmp_path, rooms, after=one))
    before = state(trainer.network)
    trainer.run()
    left = same(before, state(trainer.network))
    assert {
        "model.layers.0.mlp.up_proj.weight",
        "senses.thing.0.weight",
        "masking.view.weight",
        "seg.0.weight",
    }.isdisjoint(left)
    assert {"masking.box.0.weight", "masking.box.2.weight"}.isdisjoint(left)
    columns = (tmp_path / "losses.csv").read_text().splitlines()
    assert columns[0] == "step,minutes,rate,words,mask,dice,l1,giou,balance"
    rows = [dict(zip(columns[0].split(","), line.split(","), strict=True)) for line in columns[1:]]
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert any(row["mask"] and row["giou"] for row in rows)


def test_stage_two_gives_a_run_of_before_a_token_was_invented_that_token(
    rooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = vocabulary.fixed_tokens()
    with monkeypatch.context() as then:
        then.setattr(vocabulary, "fixed_tokens", lambda: [name for name in fixed if name not in ("r:left", "r:does")])
        trained("one", tmp_path / "one", rooms)
    had = UnifiedForConditionalGeneration.from_pretrained(tmp_path / "one" / kept.WEIGHTS).state_dict()
    before = Vocabulary.load(tmp_path / "one")
    assert {"r:left", "r:does"} == set(fixed) - before.ids.keys()
    held = kept.vocabulary(begun("three", tmp_path / "three", rooms, after=tmp_path / "one"))
    assert held.names == before.names, "nothing that stage three trains could write a new token"
    trainer = Trainer(begun("two", tmp_path / "two", rooms, after=tmp_path / "one"))
    assert trainer.names.ids.keys() >= before.ids.keys() | set(fixed)
    was = state(trainer.network)
    for name in ROWS:
        assert torch.equal(was[name][[trainer.names[own] for own in before.names]], had[name])
    trainer.run()
    assert Vocabulary.load(tmp_path / "two" / kept.WEIGHTS).names == trainer.names.names
    made = UnifiedForConditionalGeneration.from_pretrained(tmp_path / "two" / kept.WEIGHTS).state_dict()
    assert all((made["head.weight"] != was["head.weight"])[trainer.names[new]].any() for new in ("r:left", "r:does"))
    assert Trainer(begun("two", tmp_path / "two", rooms, after=tmp_path / "one"), resume=True).step == 3


def test_stage_three_leaves_the_backbone_as_it_was_to_the_bit(rooms: Path, one: Path, tmp_path: Path) -> None:
    trainer = Trainer(begun("three", tmp_path, rooms, after=one))
    before = state(trainer.network)
    trainer.run()
    after = state(trainer.network)
    changed = set(before) - same(before, after)
    assert changed
    assert all("loramoe_" in name for name in changed)
    base = UnifiedForConditionalGeneration.from_pretrained(one / kept.WEIGHTS)
    again = UnifiedForConditionalGeneration.from_pretrained(tmp_path / kept.WEIGHTS)
    assert same(base.state_dict(), again.state_dict()) == set(base.state_dict())


@pytest.mark.parametrize("stage", ["one", "two", "three"])
def test_a_run_that_was_stopped_goes_on_to_the_bit(stage: str, rooms: Path, one: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {} if stage == "one" else {"after": one}
    whole = trained(stage, tmp_path / "whole", rooms, **options)
    part = Trainer(begun(stage, tmp_path / "part", rooms, **options))
    learn = part.learn

    def stopped(batch: Any) -> list[float]:
        part.stopped = part.step == 1  # as a signal would, in the second step
        return learn(batch)

    part.learn = stopped  # type: ignore[method-assign]
    part.run()
    assert part.step == 2
    assert not (tmp_path / "part" / kept.WEIGHTS).exists()
    torch.manual_seed(99)
    again = Trainer(begun(stage, tmp_path / "part", rooms, **options), resume=True)
    assert again.step == 2
    again.run()
    one_state, other = state(whole.network), state(again.network)
    assert same(one_state, other) == set(one_state)
    assert same(whole.weights(), again.weights()) == set(whole.weights())
    assert again.curve[-1][3] == whole.curve[-1][3]


def test_a_run_cannot_go_on_with_other_options_or_begin_with_what_is_not_there(
    rooms: Path, one: Path, tmp_path: Path
) -> None:
    trained("one", tmp_path / "run", rooms)
    with pytest.raises(ValueError, match="other options"):
        Trainer(begun("one", tmp_path / "run", rooms, seed=2), resume=True)
    older = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    del older["plan"]["layouts"]  # a run from before that option, in another precision
    torch.save({**older, "plan": {**older["plan"], "precision": "bf16"}}, tmp_path / "run" / "checkpoint.pt")
    assert Trainer(begun("one", tmp_path / "run", rooms), resume=True).step == older["step"]
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="layouts"):
            begun("one", tmp_path / "new", rooms, layouts=share)
    with pytest.raises(FileNotFoundError):
        Trainer(begun("one", tmp_path / "new", rooms), resume=True)
    (tmp_path / "half").mkdir()
    Vocabulary.load(one).save(tmp_path / "half")
    with pytest.raises(FileNotFoundError, match="--resume"):
        Trainer(begun("two", tmp_path / "two", rooms, after=tmp_path / "half"))


def test_batches_follow_from_the_seed_and_the_place_alone(rooms: Path, tmp_path: Path) -> None:
    plan = begun("two", tmp_path, rooms)
    names = kept.vocabulary(plan)
    maker = data.maker_of(plan, names, Reader(data.TEXT_ENCODER))
    found = data.sources(plan)
    stream = data.batches(plan, maker, data.Position(), found)
    first = [next(stream) for _ in range(9)]
    _, place = first[4]
    stream = data.batches(plan, maker, place, found)
    for batch, position in first[5:]:
        again, where = next(stream)
        assert position == where
        assert torch.equal(batch.ids, again.ids)
        assert torch.equal(batch.features, again.features)
    assert {position.pool for _, position in first} > {0}
    other = next(data.batches(begun("two", tmp_path, rooms, seed=2), maker, data.Position(), found))[0]
    assert other.ids.shape != first[0][0].ids.shape or not torch.equal(other.ids, first[0][0].ids)


def test_the_stages_mix_conversations_with_and_without_percepts(rooms: Path, tmp_path: Path) -> None:
    for stage, turns in (("two", 1), ("three", 2)):
        plan = begun(stage, tmp_path, rooms, pool=60, texts=0.5)
        drawn = data.pool(plan, 0, data.sources(plan))
        seen = sum(bool(example.percepts) for example in drawn)
        assert 15 < seen < 45
        assert min(sum(m.role == "user" for m in example.messages) for example in drawn) == turns


def test_planned_layouts_are_drawn_more_often_where_a_plan_asks_for_it(rooms: Path, tmp_path: Path) -> None:
    plan = begun("two", tmp_path, rooms, pool=200, texts=0.5, layouts=0.4)
    drawn = data.pool(plan, 0, data.sources(plan))
    planned = sum(example.group.startswith(data.LAYOUTS) and not example.percepts for example in drawn)
    assert 28 < planned < 62  # 200 * 0.5 * (0.4 + 0.6 * some 0.06)
    assert "layouts" not in data.sources(begun("two", tmp_path, rooms))


def test_an_ablation_leaves_out_rows_and_the_high_resolution(rooms: Path, tmp_path: Path) -> None:
    example = next(
        e
        for e in data.pool(begun("two", tmp_path, rooms, texts=0.0), 0, data.sources(begun("two", tmp_path, rooms)))
        if e.percepts
    )
    kinds = {p.kind for rows in data.reduced(example, ("things",)).percepts.values() for p in rows}
    assert kinds == {PATCH, SETTING}
    cells = data.reduced(example, ("high",)).percepts["image#1"][0]
    assert not cells.features[:, 192:].any()
    assert data.reduced(example, ()) is example


def test_one_lora_in_place_of_the_experts_has_as_many_parameters(rooms: Path, one: Path, tmp_path: Path) -> None:
    sizes = []
    for name, lora in (("moe", False), ("lora", True)):
        trainer = Trainer(begun("three", tmp_path / name, rooms, after=one, lora=lora))
        sizes.append(sum(p.numel() for p in trainer.network.parameters() if p.requires_grad))
        experts = {
            s.num_experts
            for m in trainer.network.modules()
            if isinstance(m, LoraMoeLinear)
            for s in m.settings.values()
        }
        assert experts == ({1} if lora else {8})
    assert abs(sizes[0] - sizes[1]) < 0.03 * sizes[0]


def test_one_stage_in_place_of_three_trains_model_and_experts_at_once(rooms: Path, tmp_path: Path) -> None:
    trainer = Trainer(begun("together", tmp_path, rooms))
    before = state(trainer.network)
    trainer.run()
    left = same(before, state(trainer.network))
    assert not {"senses.place.weight", "model.layers.0.mlp.up_proj.weight", "masking.view.weight"} & left
    assert not [name for name in left if "loramoe_up" in name]
    assert (tmp_path / kept.WEIGHTS / ADAPTER / "adapter_model.safetensors").is_file()


def test_what_is_shipped_loads_and_tells_the_chain_of_commands(rooms: Path, one: Path, tmp_path: Path) -> None:
    trained("two", tmp_path / "two", rooms, after=one)
    trainer = trained("three", tmp_path / "three", rooms, after=tmp_path / "two", measured=6)
    kept.ship(trainer, tmp_path / "shipped", "a trial", 0.5)
    assert faults(tmp_path / "shipped") == []
    assert faults(tmp_path / "shipped" / ADAPTER) == []
    made = json.loads((tmp_path / "shipped/MANIFEST.json").read_text())
    assert [stage["stage"] for stage in made["chain"]] == ["one", "two", "three"]
    assert all(stage["seed"] == 1 and stage["data"][0]["seen"] for stage in made["chain"])
    assert made["chain"][1]["data"][0]["pixels"] == pixels.digest(rooms / "pixels")
    assert "--after RUN" in made["command"]
    assert str(tmp_path) not in json.dumps(made)
    assert made["metrics"]["gates"]["tasks"]["seen.more"]["gates"]
    assert "pointed" in made["metrics"]["seen"]
    network = load(Checkpoint("native", str(tmp_path / "shipped")), "cpu").network
    assert network.config.talk_bias == 0.5
    assert sum(isinstance(m, LoraMoeLinear) for m in network.modules()) == 6
    wanted = state(trainer.network)
    with trainer.mean.applied(trainer.network) if trainer.mean else pytest.fail("no mean"):
        wanted = state(trainer.network)
    found = state(network)
    assert set(found) == set(wanted)
    assert all(torch.allclose(found[name], wanted[name], atol=2e-3) for name in wanted)


def test_the_mean_of_runs_that_went_on_from_each_other_is_shipped(rooms: Path, one: Path, tmp_path: Path) -> None:
    trained("two", tmp_path / "first", rooms, after=one)
    trainer = trained("two", tmp_path / "last", rooms, after=tmp_path / "first", seed=2, measured=6)
    file = tmp_path / "first/weights/model.safetensors"
    save_file({name: value + 0.2 for name, value in load_file(file).items()}, file)  # three steps move them hardly
    kept.ship(trainer, tmp_path / "shipped", beside=[tmp_path / "first"])
    assert faults(tmp_path / "shipped") == []
    made = json.loads((tmp_path / "shipped/MANIFEST.json").read_text())
    assert (made["averaged"], made["command"][-12:]) == ([2, 3], "--beside RUN")
    assert "pointed" in made["metrics"]["seen"]
    own, before = load_file(tmp_path / "last/weights/model.safetensors"), load_file(file)
    found = state(load(Checkpoint("native", str(tmp_path / "shipped")), "cpu").network)
    assert all(torch.allclose(found[name], (own[name] + before[name]) / 2, atol=2e-3) for name in own)


def test_runs_that_do_not_belong_together_have_no_mean(rooms: Path, one: Path, tmp_path: Path) -> None:
    trainer = trained("two", tmp_path / "two", rooms, after=one)
    trained("two", tmp_path / "other", rooms, after=one, seed=2)
    for run in ("two", "other"):
        with pytest.raises(ValueError, match="did not go on from"):
            kept.ship(trainer, tmp_path / "shipped", beside=[tmp_path / run])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no weights of a run"):
        kept.ship(trainer, tmp_path / "shipped", beside=[tmp_path / "empty"])
    last = trained("two", tmp_path / "last", rooms, after=tmp_path / "two")
    with pytest.raises(ValueError, match="named twice"):
        kept.ship(last, tmp_path / "shipped", beside=[tmp_path / "two", tmp_path / "two"])
    adapted = trained("three", tmp_path / "three", rooms, after=tmp_path / "two")
    with pytest.raises(ValueError, match="not of adapters"):
        kept.ship(adapted, tmp_path / "shipped", beside=[tmp_path / "two"])
    with pytest.raises(ValueError, match="no weights of a run"):
        mean(trainer.weights(), [tmp_path / "empty"], trainer.names)
    with pytest.raises(ValueError, match="other parameters"):
        mean({"a": torch.zeros(2)}, [one / "weights"], trainer.names)
    with pytest.raises(ValueError, match="another vocabulary"):
        mean(trainer.weights(), [one / "weights"], Vocabulary.build(()))
    assert not (tmp_path / "shipped").exists()


def test_a_picture_of_the_losses_is_written(one: Path) -> None:
    with Image.open(one / "losses.png") as picture:
        assert picture.size == (420, 244)  # stage one has one loss
        assert len(picture.convert("RGB").getcolors(100_000) or []) > 3


@pytest.mark.slow
def test_a_second_process_prepares_the_very_same_batches(
    rooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    alone = trained("one", tmp_path / "alone", rooms)
    beside = trained("one", tmp_path / "beside", rooms, ahead=True)
    assert same(state(alone.network), state(beside.network)) == set(state(alone.network))


def test_gradient_checkpointing_changes_nothing_to_the_bit(rooms: Path, one: Path, tmp_path: Path) -> None:
    plain = trained("three", tmp_path / "plain", rooms, after=one)
    saved = trained("three", tmp_path / "saved", rooms, after=one, checkpointing=True)
    assert saved.network.model.is_gradient_checkpointing
    assert same(state(plain.network), state(saved.network)) == set(state(plain.network))
    assert plain.curve[-1][-1] == saved.curve[-1][-1] > 0


def test_options_come_from_a_file_and_the_command_line_counts_more(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"stage": "two", "run": "RUN", "without": ["things"], "seed": 5, "minutes": 3}))
    plan = plan_of({"seed": 7, "minutes": None, "note": "x"}, file)
    assert (plan.stage, plan.run, plan.without, plan.seed, plan.minutes) == ("two", Path("RUN"), ("things",), 7, 3)
    file.write_text(json.dumps({"stage": "two", "run": "RUN", "minuts": 3}))
    with pytest.raises(ValueError, match="minuts"):
        plan_of({}, file)
    with pytest.raises(ValueError, match="run must be given"):
        plan_of({"stage": "one"}, None)
    for bad in ({"stage": "four"}, {"without": ("sound",)}, {"precision": "int8"}, {"precision": "fp16"}):
        with pytest.raises(ValueError):
            Plan(**{"stage": "one", "run": tmp_path, **bad})


def test_a_network_begins_afresh_from_a_configuration_with_the_weights_of_a_language_model(tmp_path: Path) -> None:
    names = Vocabulary.build([" you"], ["hi"], ["dog"])
    reader = Reader(data.TEXT_ENCODER)
    config = stage_runs.small_config(names).to_dict()
    (tmp_path / "shape.json").write_text(
        json.dumps({k: config[k] for k in ("text_config", "pointer_width")}, default=str)
    )
    made = taken.fresh(tmp_path / "shape.json", names, reader)
    assert made.config.senses
    made.model.save_pretrained(tmp_path / "language")
    torch.manual_seed(9)
    again = taken.fresh(tmp_path / "shape.json", names, reader, tmp_path / "language")
    assert torch.equal(again.model.layers[0].mlp.up_proj.weight, made.model.layers[0].mlp.up_proj.weight)
    config["text_config"] = {**config["text_config"], "intermediate_size": 96}
    (tmp_path / "shape.json").write_text(json.dumps({"text_config": config["text_config"]}, default=str))
    with pytest.raises(ValueError, match="shape"):
        taken.fresh(tmp_path / "shape.json", names, reader, tmp_path / "language")
