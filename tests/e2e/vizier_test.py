"""The Vizier face: acceptance cases A29 and A30, sentence by sentence, over real HTTP (contract.md 5 and 7)."""

import json
import unittest
import urllib.error
import urllib.request

from harness import TunerCase

SPEC = {
    "metrics": [{"metricId": "rmse", "goal": "MINIMIZE"}],
    "parameters": [
        {"parameterId": "size", "integerValueSpec": {"minValue": "8", "maxValue": "512"}, "scaleType": "UNIT_LOG_SCALE"},
        {"parameterId": "rate", "doubleValueSpec": {"minValue": 0.001, "maxValue": 1}},
        {"parameterId": "kind", "categoricalValueSpec": {"values": ["deep", "1.10"]}},
    ],
}
BASE = "projects/123/locations/us-central1"


class VizierFace(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.serve()

    def serve(self) -> None:
        self.daemon = self.start("serve", "--port", "0")
        self.address = self.daemon.stdout.readline().split()[-1]
        self.token = (self.data_dir / "token").read_text().strip()

    def call(self, verb: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            f"{self.address}/v1/{path}", method=verb, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def refusal(self, verb: str, path: str, body: dict | None = None) -> tuple[int, str]:
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.call(verb, path, body)
        with caught.exception as answer:
            error = json.load(answer)["error"]
        self.assertEqual(error["code"], caught.exception.code)
        return error["code"], error["status"]

    def create(self, title: str = "My study (1)", spec: dict = SPEC) -> str:
        study = self.call("POST", f"{BASE}/studies", {"displayName": title, "studySpec": spec})
        self.assertEqual((study["displayName"], study["studySpec"], study["state"]), (title, spec, "ACTIVE"))
        return study["name"]

    def suggest(self, study: str, client: str, count: int = 1) -> list[dict]:
        operation = self.call("POST", f"{study}/trials:suggest", {"suggestionCount": count, "clientId": client})
        self.assertTrue(operation["done"])
        self.assertEqual(self.call("GET", operation["name"])["response"]["trials"], operation["response"]["trials"])
        return operation["response"]["trials"]

    def names(self, study: str, client: str, count: int = 1) -> list[str]:
        return [trial["name"] for trial in self.suggest(study, client, count)]

    def test_a29_a_client_gets_its_own_trials_again_and_another_one_others(self) -> None:
        study = self.create()
        self.assertTrue(study.startswith(f"{BASE}/studies/"))
        first = self.names(study, "a", 2)
        self.assertEqual(first, [f"{study}/trials/1", f"{study}/trials/2"])
        self.assertEqual(self.names(study, "a", 2), first)
        others = self.names(study, "b", 2)
        self.assertFalse(set(first) & set(others))
        done = self.call("POST", f"{first[0]}:complete", {"finalMeasurement": {"metrics": [{"metricId": "rmse", "value": 1.5}]}})
        self.assertEqual(done["state"], "SUCCEEDED")
        self.assertEqual(self.names(study, "a", 2), [first[1], f"{study}/trials/5"])

    def test_a29_values_are_the_json_of_protocol_buffers(self) -> None:
        study = self.create()
        operation = self.call("POST", f"{study}/trials:suggest", {"suggestion_count": 1, "client_id": "a"})
        self.assertTrue(operation["metadata"]["@type"].endswith(".SuggestTrialsMetadata"))
        self.assertEqual((operation["metadata"]["clientId"], operation["response"]["studyState"]), ("a", "ACTIVE"))
        trial = operation["response"]["trials"][0]
        values = {one["parameterId"]: one["value"] for one in trial["parameters"]}
        self.assertEqual([type(values[name]) for name in ("size", "rate", "kind")], [int, float, str])
        self.assertEqual((trial["id"], trial["state"], trial["clientId"]), ("1", "ACTIVE", "a"))
        said = {"measurement": {"stepCount": "10", "elapsedDuration": "3.5s", "metrics": [{"metricId": "rmse", "value": 2}]}}
        measured = self.call("POST", f"{trial['name']}:addTrialMeasurement", said)
        self.assertEqual(measured["measurements"], [{"stepCount": "10", "metrics": [{"metricId": "rmse", "value": 2.0}]}])
        check = self.call("POST", f"{trial['name']}:checkTrialEarlyStoppingState", {})
        self.assertTrue(check["done"])
        self.assertNotIn("shouldStop", check["response"])
        self.assertEqual(self.call("GET", check["name"])["response"], check["response"])
        self.assertEqual(self.call("POST", f"{trial['name']}:stop", {})["state"], "STOPPING")
        check = self.call("POST", f"{trial['name']}:checkTrialEarlyStoppingState", {})
        self.assertIs(check["response"]["shouldStop"], True)
        # A value of zero is a default, and left out.
        zero = {"finalMeasurement": {"stepCount": 11, "metrics": [{"metricId": "rmse"}]}}
        done = self.call("POST", f"{trial['name']}:complete", zero)
        self.assertEqual((done["state"], done["finalMeasurement"]), ("SUCCEEDED", {"stepCount": "11", "metrics": [{"metricId": "rmse"}]}))
        self.assertIn("endTime", done)

    def test_a30_what_cannot_be_done_is_refused_by_its_name(self) -> None:
        study = self.create()
        trial = self.names(study, "a")[0]
        self.assertEqual(self.refusal("POST", f"{trial}:complete", {}), (400, "FAILED_PRECONDITION"))
        self.call("POST", f"{trial}:complete", {"finalMeasurement": {"metrics": [{"metricId": "rmse", "value": 1}]}})
        again = {"finalMeasurement": {"metrics": [{"metricId": "rmse", "value": 2}]}}
        self.assertEqual(self.refusal("POST", f"{trial}:complete", again), (400, "FAILED_PRECONDITION"))
        self.assertEqual(self.refusal("GET", f"{BASE}/studies/77"), (404, "NOT_FOUND"))
        self.assertEqual(self.refusal("GET", f"{study}/trials/9"), (404, "NOT_FOUND"))
        self.assertEqual(self.refusal("GET", f"{study}/operations/suggest-9"), (404, "NOT_FOUND"))
        wrong = {"suggestionCount": 1, "clientId": "a", "priority": 3}
        self.assertEqual(self.refusal("POST", f"{study}/trials:suggest", wrong), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("POST", f"{study}/trials:suggest", {"clientId": "a"}), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("POST", f"{study}/trials:suggest", {"suggestionCount": 1}), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("GET", f"{study}/trials?pageToken=rubbish"), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("GET", f"{study}/trials?pageSize=-1"), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("GET", f"{study}/trials?filter=x"), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("DELETE", trial), (501, "UNIMPLEMENTED"))
        self.assertEqual(self.refusal("POST", f"{BASE}/studies:lookup?bogus=1", {"displayName": "x"}), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.refusal("POST", f"{study}/trials:listOptimalTrials", {"bogus": 1}), (400, "INVALID_ARGUMENT"))
        self.assertEqual(self.call("POST", f"{study}/operations/suggest-1:cancel", {}), {})
        self.assertEqual(self.call("POST", f"{study}/operations/suggest-1:wait?timeout=3s", {})["done"], True)
        self.assertEqual(self.refusal("DELETE", f"{study}/operations/nonsense"), (404, "NOT_FOUND"))
        self.assertEqual(self.refusal("GET", f"{study}/trials/99/operations"), (404, "NOT_FOUND"))
        found = self.call("POST", f"{BASE}/studies:lookup", {"displayName": "My study (1)"})
        self.assertEqual(found["name"], study)
        self.assertEqual(self.refusal("POST", f"{BASE}/studies:lookup", {"displayName": "other"}), (404, "NOT_FOUND"))
        twice = {"displayName": "My study (1)", "studySpec": SPEC}
        self.assertEqual(self.refusal("POST", f"{BASE}/studies", twice), (409, "ALREADY_EXISTS"))
        bad = {"displayName": "bad", "studySpec": SPEC | {"parameters": [{"parameterId": "x", "doubleValueSpec": {"minValue": 2, "maxValue": 1}}]}}
        self.assertEqual(self.refusal("POST", f"{BASE}/studies", bad), (400, "INVALID_ARGUMENT"))

    def test_measurements_go_forward_and_choose_the_result(self) -> None:
        study = self.create(spec=SPEC | {"measurementSelectionType": "BEST_MEASUREMENT"})
        trial = self.names(study, "a")[0]
        for step, value in ((1, 3.0), (2, 1.0), (3, 2.0)):
            self.call("POST", f"{trial}:addTrialMeasurement", {"measurement": {"stepCount": step, "metrics": [{"metricId": "rmse", "value": value}]}})
        late = {"measurement": {"stepCount": "3", "metrics": [{"metricId": "rmse", "value": 9}]}}
        self.assertEqual(self.refusal("POST", f"{trial}:addTrialMeasurement", late), (400, "INVALID_ARGUMENT"))
        done = self.call("POST", f"{trial}:complete", {})
        self.assertEqual(done["finalMeasurement"], {"stepCount": "2", "metrics": [{"metricId": "rmse", "value": 1.0}]})
        infeasible = self.names(study, "a")[0]
        done = self.call("POST", f"{infeasible}:complete", {"trialInfeasible": True, "infeasibleReason": "oom"})
        self.assertEqual((done["state"], done["infeasibleReason"]), ("INFEASIBLE", "oom"))
        best = self.call("POST", f"{study}/trials:listOptimalTrials", {})
        self.assertEqual([one["name"] for one in best["optimalTrials"]], [trial])

    def test_trials_of_ones_own_and_lists_in_pages(self) -> None:
        study = self.create()
        own = {"parameters": [{"parameterId": "size", "value": 64}, {"parameterId": "rate", "value": 0.5}, {"parameterId": "kind", "value": "deep"}]}
        self.assertEqual(self.call("POST", f"{study}/trials", own)["state"], "REQUESTED")
        result = {"finalMeasurement": {"stepCount": "4", "metrics": [{"metricId": "rmse", "value": 0.5}]}}
        self.assertEqual(self.call("POST", f"{study}/trials", own | result)["state"], "SUCCEEDED")
        self.assertEqual(self.suggest(study, "a")[0]["parameters"], own["parameters"])
        page = self.call("GET", f"{study}/trials?pageSize=1")
        self.assertEqual([one["id"] for one in page["trials"]], ["1"])
        page = self.call("GET", f"{study}/trials?pageSize=1&pageToken={page['nextPageToken']}&$alt=json;enum-encoding=int")
        self.assertEqual([one["id"] for one in page["trials"]], ["2"])
        self.assertNotIn("nextPageToken", page)
        self.assertEqual(len(self.call("GET", f"{BASE}/studies")["studies"]), 1)

    def test_a_study_without_an_end_is_not_shown_with_one(self) -> None:
        self.names(self.create(), "a", 2)
        self.assertIn("2 running of any number, given out to whoever asks", self.tuner("show").stdout)
        self.assertNotIn("1000000", self.tuner("list").stdout)

    def test_a_study_outlives_its_server_and_goes_when_it_is_deleted(self) -> None:
        study = self.create()
        trials = self.names(study, "a", 2)
        self.kill(self.daemon)
        self.serve()
        self.assertEqual(self.names(study, "a", 2), trials)
        self.assertEqual(self.call("DELETE", study), {})
        self.assertEqual(self.refusal("GET", study), (404, "NOT_FOUND"))
        self.assertEqual(self.call("GET", f"{BASE}/studies"), {})
        self.create()


if __name__ == "__main__":
    unittest.main()
