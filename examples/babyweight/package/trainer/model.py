"""The babyweight model: wide and deep (Cheng et al. 2016), in numpy.

The wide part is linear in one-hot features and learnt by FTRL; the deep part is a network on two numbers and the
embedded cross of all features, learnt by Adagrad. The prediction is their sum, plus the mean weight.

An exported model answers instances by itself, one JSON object per line: python3 EXPORT_DIR/model.py < inputs.json
"""

import csv
import glob
import json
import math
import os
import shutil
import sys
import time

import numpy as np

CSV_COLUMNS = ["weight_pounds", "is_male", "mother_age", "plurality", "gestation_weeks", "key"]
SEXES = ["True", "False", "Unknown"]
PLURALITIES = ["Single(1)", "Twins(2)", "Triplets(3)", "Quadruplets(4)", "Quintuplets(5)", "Multiple(2+)"]
FIRST_AGE, AGES = 15, 31  # buckets: below 15, 15, 16, … 44 and above
FIRST_WEEK, WEEKS = 17, 31
WIDE = len(SEXES) + len(PLURALITIES) + AGES + WEEKS
CELLS = len(SEXES) * len(PLURALITIES) * AGES * WEEKS
EVAL_BATCH = 2**15
EVALUATIONS = 10  # of one run: a curve to stop hopeless trials by
WIDE_RATE, DEEP_RATE = 0.2, 0.02


class Features:
    """What the model sees of some rows."""

    def __init__(self, rows):
        age = np.array([float(row["mother_age"]) for row in rows], np.float32)
        week = np.array([float(row["gestation_weeks"]) for row in rows], np.float32)
        sex = np.array([SEXES.index(row["is_male"]) for row in rows])
        plurality = np.array([PLURALITIES.index(row["plurality"]) for row in rows])
        age_bucket = np.clip(np.floor(age).astype(int) - FIRST_AGE + 1, 0, AGES - 1)
        week_bucket = np.clip(np.floor(week).astype(int) - FIRST_WEEK + 1, 0, WEEKS - 1)
        self.wide = np.column_stack([
            sex,
            len(SEXES) + plurality,
            len(SEXES) + len(PLURALITIES) + age_bucket,
            len(SEXES) + len(PLURALITIES) + AGES + week_bucket,
        ])
        self.cell = ((sex * len(PLURALITIES) + plurality) * AGES + age_bucket) * WEEKS + week_bucket
        self.numbers = np.column_stack([(age - 27.4) / 6.2, (week - 38.6) / 2.6]).astype(np.float32)

    def __len__(self):
        return len(self.cell)

    def take(self, rows):
        taken = object.__new__(Features)
        taken.wide, taken.cell, taken.numbers = self.wide[rows], self.cell[rows], self.numbers[rows]
        return taken


class Adagrad:
    """One array of weights, and the sums of its squared gradients."""

    def __init__(self, weights):
        self.weights = weights.astype(np.float32)
        self.sums = np.full_like(self.weights, 0.1)

    def step(self, gradient, rows=slice(None)):
        self.sums[rows] += gradient**2
        self.weights[rows] -= DEEP_RATE * gradient / np.sqrt(self.sums[rows])


class Ftrl:
    """FTRL-proximal without regularization (McMahan et al. 2013)."""

    def __init__(self, size):
        self.weights = np.zeros(size, np.float32)
        self.linear = np.zeros(size, np.float32)
        self.sums = np.full(size, 0.1, np.float32)

    def step(self, gradient):
        sums = self.sums + gradient**2
        self.linear += gradient - (np.sqrt(sums) - np.sqrt(self.sums)) / WIDE_RATE * self.weights
        self.sums = sums
        self.weights = -WIDE_RATE * self.linear / np.sqrt(sums)


class WideAndDeep:
    def __init__(self, nembeds, nnsize, mean_weight):
        random = np.random.default_rng(0)
        self.mean_weight = mean_weight
        self.wide = Ftrl(WIDE + 1)  # the last is the bias
        self.embedding = Adagrad(np.clip(random.normal(size=(CELLS, nembeds)), -2, 2) / math.sqrt(nembeds))
        self.layers = []
        below = 2 + nembeds
        for size in [*nnsize, 1]:
            bound = math.sqrt(6 / (below + size))
            self.layers.append((Adagrad(random.uniform(-bound, bound, (below, size))), Adagrad(np.zeros(size))))
            below = size

    def predict(self, features):
        return self._forward(features)[0]

    def _forward(self, features):
        """The predictions, and the inputs of every layer."""
        values = np.hstack([features.numbers, self.embedding.weights[features.cell]])
        inputs = []
        for weights, bias in self.layers:
            inputs.append(values)
            values = values @ weights.weights + bias.weights
            if len(inputs) < len(self.layers):
                values = np.maximum(values, 0)
        wide = self.wide.weights[features.wide].sum(axis=1) + self.wide.weights[-1]
        return self.mean_weight + wide + values[:, 0], inputs

    def train(self, features, weights_pounds):
        """One step along the gradient of the mean squared error of a batch."""
        predictions, inputs = self._forward(features)
        errors = (2 / len(features) * (predictions - weights_pounds)).astype(np.float32)
        wide_gradient = np.bincount(features.wide.ravel(), np.repeat(errors, 4), minlength=WIDE + 1)
        wide_gradient[-1] = errors.sum()
        self.wide.step(wide_gradient.astype(np.float32))
        upper = errors[:, None]
        for (weights, bias), values in zip(reversed(self.layers), reversed(inputs)):
            below = upper @ weights.weights.T
            weights.step(values.T @ upper)
            bias.step(upper.sum(axis=0))
            upper = below * (values > 0)
        # The lowest inputs are no ReLUs: `below` is their gradient. A cell that occurs twice learns from both.
        by_cell = np.argsort(features.cell, kind="stable")
        cells, starts = np.unique(features.cell[by_cell], return_index=True)
        self.embedding.step(np.add.reduceat(below[by_cell, 2:], starts), cells)

    def export(self, folder):
        """Writes a folder that answers instances on its own; predict.json says with what command."""
        os.makedirs(folder, exist_ok=True)
        arrays = {f"layer{i}_{j}": part.weights for i, pair in enumerate(self.layers) for j, part in enumerate(pair)}
        np.savez(
            os.path.join(folder, "weights.npz"),
            mean_weight=self.mean_weight, wide=self.wide.weights, embedding=self.embedding.weights, **arrays,
        )
        shutil.copy(os.path.abspath(__file__), os.path.join(folder, "model.py"))
        with open(os.path.join(folder, "predict.json"), "w") as file:
            json.dump({"command": ["python3", "{model_dir}/model.py"]}, file)

    @staticmethod
    def load(folder):
        with np.load(os.path.join(folder, "weights.npz")) as arrays:
            sizes = [arrays[f"layer{i}_1"].size for i in range(sum(name.endswith("_1") for name in arrays))]
            model = WideAndDeep(arrays["embedding"].shape[1], sizes[:-1], float(arrays["mean_weight"]))
            model.wide.weights = arrays["wide"]
            model.embedding.weights = arrays["embedding"]
            for i, pair in enumerate(model.layers):
                for j, part in enumerate(pair):
                    part.weights = arrays[f"layer{i}_{j}"]
        return model


def read_shards(pattern):
    """Features and weights of all rows in the files that match."""
    names = sorted(glob.glob(pattern))
    if not names:
        sys.exit(f"no data: no file matches {pattern}")
    rows = []
    for name in names:
        with open(name, newline="") as file:
            rows += csv.DictReader(file, CSV_COLUMNS)
    return Features(rows), np.array([float(row["weight_pounds"]) for row in rows], np.float32)


def batches(count, size):
    """Numbers of rows, a batch at a time, in a new order each time round, for ever."""
    random = np.random.default_rng(0)
    order = random.permutation(count)
    while True:
        while len(order) < size:
            order = np.concatenate([order, random.permutation(count)])
        yield order[:size]
        order = order[size:]


def evaluate(model, features, weights_pounds, eval_steps):
    rows = len(features) if eval_steps is None else min(len(features), eval_steps * EVAL_BATCH)
    errors = model.predict(features.take(slice(rows))) - weights_pounds[:rows]
    average_loss = float(np.mean(errors**2))
    steps = math.ceil(rows / EVAL_BATCH)
    return {"average_loss": average_loss, "loss": average_loss * rows / steps, "rmse": math.sqrt(average_loss)}


def train_and_evaluate(data_dir, output_dir, pattern, batch_size, nembeds, nnsize, train_steps, eval_steps):
    from .events import EventWriter

    train, train_weights = read_shards(os.path.join(data_dir, f"train*{pattern}*"))
    test, test_weights = read_shards(os.path.join(data_dir, f"eval*{pattern}*"))
    model = WideAndDeep(nembeds, nnsize, float(train_weights.mean()))
    events = EventWriter(os.path.join(output_dir, "eval"))
    steps = math.ceil(train_steps)
    interval = math.ceil(steps / EVALUATIONS)
    for step, rows in zip(range(1, steps + 1), batches(len(train), batch_size)):
        model.train(train.take(rows), train_weights[rows])
        if step % interval == 0 or step == steps:
            metrics = evaluate(model, test, test_weights, eval_steps)
            events.write(step, metrics)
            said = ", ".join(f"{name} = {value:.6g}" for name, value in sorted({**metrics, "global_step": step}.items()))
            print(f"Saving dict for global step {step}: {said}", flush=True)
    model.export(os.path.join(output_dir, "export", "exporter", f"{int(time.time()):010}"))


def predict(model, lines):
    instances = [json.loads(line) for line in lines]
    for instance, weight in zip(instances, model.predict(Features(instances))):
        print(json.dumps({"key": instance.get("key", "nokey"), "predictions": [float(str(weight))]}))  # as short as float32 allows


if __name__ == "__main__":
    predict(WideAndDeep.load(os.path.dirname(os.path.abspath(__file__))), sys.stdin)
