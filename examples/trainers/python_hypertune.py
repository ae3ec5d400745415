import argparse

import hypertune  # pip install cloudml-hypertune

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
args, _ = flags.parse_known_args()

report = hypertune.HyperTune()
w = velocity = 0.0
for step in range(1, 21):
    velocity = args.momentum * velocity - args.learning_rate * 2 * (w - 3)
    w += velocity
    report.report_hyperparameter_tuning_metric("loss", (w - 3) ** 2, global_step=step)
