import argparse
import json
import os
import signal
import sys

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
args, _ = flags.parse_known_args()

folder = os.environ.get("TUNER_CHECKPOINT_DIR", "checkpoints")
os.makedirs(folder, exist_ok=True)
checkpoint = os.path.join(folder, "state.json")
state = {"step": 0, "w": 0.0, "velocity": 0.0}
if os.path.exists(checkpoint):
    with open(checkpoint) as file:
        state = json.load(file)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was saved stays
while state["step"] < 20:
    state["velocity"] = args.momentum * state["velocity"] - args.learning_rate * 2 * (state["w"] - 3)
    state["w"] += state["velocity"]
    state["step"] += 1
    with open(checkpoint + ".new", "w") as file:
        json.dump(state, file)
    os.replace(checkpoint + ".new", checkpoint)  # complete or not at all
    print(json.dumps({"step": state["step"], "loss": (state["w"] - 3) ** 2}), flush=True)
