"""`tuner local predict` with models that the frameworks themselves have written (contract.md 4.3).

Each is tried where its library is in the environment that `setup` makes, or that TUNER_PYTHON_ENV names; else it is
skipped and ctest says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import TunerCase  # noqa: E402

ENVIRONMENT = Path(os.environ.get("TUNER_PYTHON_ENV", ROOT / "build" / "python")) / "bin"
SKIPPED = 77

SCIKIT_LEARN = """\
import joblib
from sklearn.linear_model import LinearRegression
joblib.dump(LinearRegression().fit([[1, 2], [3, 4], [5, 7]], [3, 7, 12]), "model/model.joblib")
"""

XGBOOST = """\
import numpy, xgboost
rows = numpy.array([[1.0, 2], [3, 4], [5, 6], [7, 8]])
exact = {"max_depth": 2, "eta": 1, "min_child_weight": 0, "lambda": 0}
xgboost.train(exact, xgboost.DMatrix(rows, label=rows.sum(1)), 20).save_model("model/model.bst")
"""

# The signature of the lab's exporter, in small: named inputs of several types, and the key goes through.
TENSORFLOW = """\
import tensorflow as tf

class Model(tf.Module):
    @tf.function(input_signature=[
        tf.TensorSpec([None], tf.string, "is_male"), tf.TensorSpec([None], tf.float32, "mother_age"),
        tf.TensorSpec([None], tf.string, "key"),
    ])
    def serve(self, is_male, mother_age, key):
        weight = mother_age / 4 + tf.where(is_male == "True", 1.0, 0.0)
        return {"babyweight": tf.reshape(weight, [-1, 1]), "key": key}

model = Model()
tf.saved_model.save(model, "model", signatures={"serving_default": model.serve})
"""


class Predict(TunerCase):
    def make_model(self, module: str, program: str) -> None:
        python = ENVIRONMENT / "python3"
        if not python.exists() or subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode:
            self.skipTest(f"{python} has no {module}")
        (self.folder / "model").mkdir()
        made = subprocess.run([python, "-c", program], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(made.returncode, 0, made.stderr)

    def environment(self) -> dict[str, str]:
        usual = super().environment()
        return usual | {"PATH": f"{ENVIRONMENT}:{usual['PATH']}"}

    def predict(self, *instances: object) -> list:
        (self.folder / "inputs.json").write_text("".join(json.dumps(one) + "\n" for one in instances))
        return json.loads(
            self.tuner("local", "predict", "--model-dir=model", "--json-instances=inputs.json", "--format=json").stdout
        )

    def test_scikit_learn(self) -> None:
        self.make_model("sklearn", SCIKIT_LEARN)
        for found, wanted in zip(self.predict([1, 2], [5, 7]), (3, 12), strict=True):
            self.assertAlmostEqual(found, wanted)

    def test_xgboost(self) -> None:
        self.make_model("xgboost", XGBOOST)
        for found, wanted in zip(self.predict([1, 2], [7, 8]), (3, 15), strict=True):
            self.assertAlmostEqual(found, wanted, places=3)

    def test_tensorflow(self) -> None:
        self.make_model("tensorflow", TENSORFLOW)
        self.assertEqual(
            self.predict(
                {"is_male": "True", "mother_age": 26.0, "key": "b1"}, {"is_male": "False", "mother_age": 26, "key": "g1"},
            ),
            [{"babyweight": [7.5], "key": "b1"}, {"babyweight": [6.5], "key": "g1"}],
        )


if __name__ == "__main__":
    ran = unittest.main(exit=False, verbosity=2).result
    sys.exit(SKIPPED if ran.skipped else not ran.wasSuccessful())
