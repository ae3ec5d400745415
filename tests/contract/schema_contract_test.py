"""Holds schemas/*.json and the parsers together over the corpus of tests/cases.

Every good study file validates; every bad one does not, but for those that schema_exceptions.txt
lists because a schema cannot express what is wrong with them. Needs python3-jsonschema (4.10) and
python3-yaml; without them the test is skipped (exit code 77) with a word on what is missing.
"""

import json
import pathlib
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; on Debian: apt-get install python3-jsonschema python3-yaml")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"


def validator(name):
    schema = json.loads((ROOT / "schemas" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def exceptions():
    """Names of study files for which schema and parser may differ."""
    lines = (CASES / "study_yaml" / "schema_exceptions.txt").read_text().splitlines()
    names = [line.split("#")[0].strip() for line in lines]
    return {name for name in names if name}


def is_accepted(schema, path):
    text = path.read_bytes()
    try:
        is_json = text.lstrip().startswith(b"{")  # which PyYAML does not read when tabs indent it
        document = json.loads(text) if is_json else yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return False
    return not list(schema.iter_errors(document))


def check_studies(failures):
    schema = validator("hyperparam.schema.json")
    excepted = exceptions()
    for folder, wanted in (("good", True), ("bad", False)):
        for path in sorted((CASES / "study_yaml" / folder).glob("*.yaml")):
            name = f"{folder}/{path.stem}"
            differs = is_accepted(schema, path) != wanted
            if differs and name not in excepted:
                failures.append(f"{name}: parser and schema differ")
            if not differs and name in excepted:
                failures.append(f"{name}: listed as an exception without need")
            excepted.discard(name)
    failures.extend(f"{name}: listed as an exception, but there is no such file" for name in excepted)


def check_measurements(failures):
    schema = validator("measurement.schema.json")
    for folder, wanted in (("good", True), ("bad", False)):
        for line in (CASES / "measurement" / f"{folder}.jsonl").read_text().splitlines():
            try:
                accepted = not list(schema.iter_errors(json.loads(line)))
            except json.JSONDecodeError:
                accepted = False
            if accepted != wanted:
                failures.append(f"measurement, {folder}: {line}")


def main():
    failures = []
    check_studies(failures)
    check_measurements(failures)
    print("\n".join(failures) or "schemas and parsers agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
