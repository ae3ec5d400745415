"""Google's own Python client of Vertex AI Vizier, unchanged, pointed at a daemon: a study from its creation to its best trial.

It comes with google-cloud-aiplatform, which is large and not among the pinned packages: where it is not installed, this
test is skipped and says so.
"""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "e2e"))

try:
    from google.api_core import exceptions
    from google.cloud import aiplatform_v1 as vertex
    from google.cloud.aiplatform_v1.services.vizier_service.transports import VizierServiceRestTransport
    from google.oauth2.credentials import Credentials
except ImportError:
    print("skipped: google-cloud-aiplatform is not installed")
    sys.exit(77)

from harness import TunerCase

PARENT = "projects/123/locations/us-central1"


class GooglesClient(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        daemon = self.start("serve", "--port", "0")
        address = daemon.stdout.readline().split()[-1]
        transport = VizierServiceRestTransport(
            host=address.removeprefix("http://"), url_scheme="http",
            credentials=Credentials(token=(self.data_dir / "token").read_text().strip()),
        )
        self.client = vertex.VizierServiceClient(transport=transport)

    def create(self) -> vertex.Study:
        spec = vertex.StudySpec(
            metrics=[vertex.StudySpec.MetricSpec(metric_id="loss", goal="MINIMIZE")],
            parameters=[
                vertex.StudySpec.ParameterSpec(
                    parameter_id="x", double_value_spec={"min_value": -5, "max_value": 10},
                    scale_type="UNIT_LINEAR_SCALE",
                ),
                vertex.StudySpec.ParameterSpec(
                    parameter_id="size", integer_value_spec={"min_value": 1, "max_value": 64}, scale_type="UNIT_LOG_SCALE",
                ),
                vertex.StudySpec.ParameterSpec(parameter_id="kind", categorical_value_spec={"values": ["deep", "wide"]}),
            ],
        )
        return self.client.create_study(parent=PARENT, study=vertex.Study(display_name="by the client", study_spec=spec))

    def suggest(self, study: vertex.Study, count: int, client: str = "w1") -> list:
        asked = vertex.SuggestTrialsRequest(parent=study.name, suggestion_count=count, client_id=client)
        return list(self.client.suggest_trials(asked).result().trials)

    def test_a_study_from_its_creation_to_its_best_trial(self) -> None:
        study = self.create()
        self.assertEqual(study.state, vertex.Study.State.ACTIVE)
        self.assertEqual(study.study_spec.parameters[1].integer_value_spec.max_value, 64)
        losses = {}
        for _ in range(4):
            for trial in self.suggest(study, 2):
                values = {one.parameter_id: one.value for one in trial.parameters}
                self.assertIn(values["kind"], ("deep", "wide"))
                self.assertEqual(values["size"], int(values["size"]))
                loss = (values["x"] - 3) ** 2 + math.log2(values["size"])
                for step in (1, 2):
                    measured = self.client.add_trial_measurement(
                        vertex.AddTrialMeasurementRequest(
                            trial_name=trial.name,
                            measurement=vertex.Measurement(step_count=step, metrics=[{"metric_id": "loss", "value": loss / step}]),
                        )
                    )
                self.assertEqual([one.step_count for one in measured.measurements], [1, 2])
                check = vertex.CheckTrialEarlyStoppingStateRequest(trial_name=trial.name)
                self.assertFalse(self.client.check_trial_early_stopping_state(check).result().should_stop)
                final = vertex.Measurement(step_count=3, metrics=[{"metric_id": "loss", "value": loss}])
                done = self.client.complete_trial(vertex.CompleteTrialRequest(name=trial.name, final_measurement=final))
                self.assertEqual(done.state, vertex.Trial.State.SUCCEEDED)
                losses[trial.name] = loss
        self.assertEqual(len(losses), 8)
        best = self.client.list_optimal_trials(vertex.ListOptimalTrialsRequest(parent=study.name)).optimal_trials
        self.assertEqual(best[0].name, min(losses, key=losses.get))
        self.assertEqual([one.name for one in self.client.list_trials(parent=study.name)], list(losses))

    def test_the_client_sees_its_own_exceptions(self) -> None:
        study = self.create()
        with self.assertRaises(exceptions.Conflict):  # AlreadyExists, by its HTTP status
            self.create()
        with self.assertRaises(exceptions.NotFound):
            self.client.get_study(name=f"{PARENT}/studies/77")
        trial = self.suggest(study, 1)[0]
        self.assertEqual([one.name for one in self.suggest(study, 1)], [trial.name])
        with self.assertRaises(exceptions.BadRequest):  # nothing was measured
            self.client.complete_trial(vertex.CompleteTrialRequest(name=trial.name))
        infeasible = vertex.CompleteTrialRequest(name=trial.name, trial_infeasible=True, infeasible_reason="oom")
        self.assertEqual(self.client.complete_trial(infeasible).state, vertex.Trial.State.INFEASIBLE)
        found = self.client.lookup_study(vertex.LookupStudyRequest(parent=PARENT, display_name="by the client"))
        self.assertEqual(found.name, study.name)
        stopped = self.client.stop_trial(vertex.StopTrialRequest(name=self.suggest(study, 1)[0].name))
        self.assertEqual(stopped.state, vertex.Trial.State.STOPPING)
        self.client.delete_study(name=study.name)
        self.assertEqual(list(self.client.list_studies(parent=PARENT)), [])


if __name__ == "__main__":
    unittest.main()
