import argparse
import json

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
args, _ = flags.parse_known_args()  # --job-dir is none of its business

w = velocity = 0.0
for step in range(1, 21):
    velocity = args.momentum * velocity - args.learning_rate * 2 * (w - 3)
    w += velocity
    print(json.dumps({"step": step, "loss": (w - 3) ** 2}), flush=True)
