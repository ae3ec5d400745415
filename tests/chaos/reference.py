"""Studies that nobody disturbs: what I10 compares with."""

from __future__ import annotations

from life import Life, wait_for
from record import read_record
from round import BACKOFF_MS, Setup
from shapes import SHAPES, write_study


def undisturbed_parameters(setup: Setup) -> dict[str, list[str]]:
    """By shape: the parameters by trial number."""
    folder = setup.folder / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    life = Life(setup.bin_dir, folder / "data", folder / "daemon.log", {}, BACKOFF_MS)
    if not life.listens():
        raise SystemExit(f"no daemon: {(folder / 'daemon.log').read_text()}")
    ids = {}
    for shape in SHAPES.values():
        file = folder / f"{shape.name}.yaml"
        write_study(file, shape, setup.seed, setup.trainer, folder / "trainers.log", quick=True)
        ids[shape.name] = life.call("POST", "/v1/studies", {"file": str(file)}).body["study"]["id"]

    def all_finished() -> bool:
        return all(s["state"] == "finished" for s in life.call("GET", "/v1/studies").body["studies"])

    if not wait_for(all_finished, 120 * setup.patience, 0.02) or life.terminate() != 0:
        raise SystemExit("undisturbed studies did not finish")
    record = read_record(folder / "data/tuner.db", folder / "scratch")
    assert record is not None
    return {name: [t.assignment for t in record.trials.values() if t.study == id_] for name, id_ in ids.items()}
