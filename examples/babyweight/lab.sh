#!/usr/bin/env bash
# The babyweight lab from start to end, on this machine: data, one training step, a prediction, a training job, a tuning
# job, the table of its trials, a training job with the winner, a prediction with its model. The lines are the lab's;
# where they said gcloud they say tuner, and the bucket is a folder.
#
#   examples/babyweight/lab.sh [FOLDER]
#
# FOLDER (default: babyweight_lab) gets everything and must not be there yet. The sizes are smaller than the lab's, for a
# laptop; variables change them (thousands of examples): FULL_EXAMPLES=200000 and HP_EXAMPLES=20000 are the lab's.

set -euo pipefail

LAB=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
BIRTHS=${BIRTHS:-100000}
FULL_EXAMPLES=${FULL_EXAMPLES:-1000}
HP_EXAMPLES=${HP_EXAMPLES:-200}

heading() {
    printf '\n== %s\n' "$*"
}

mkdir "${1:-babyweight_lab}"
cd "${1:-babyweight_lab}"
cp -r "$LAB/package" babyweight
cp "$LAB/inputs.json" .

BUCKET=$PWD/bucket
REGION=us-central1
TFVERSION=1.8

heading "The data: births in CSV shards, as the lab's pipeline leaves them"
babyweight-trainer generate --output-dir="$BUCKET/babyweight/preproc" --births="$BIRTHS"

heading "One training step, to see that the package works"
rm -rf babyweight_trained
PYTHONPATH=${PWD}/babyweight${PYTHONPATH:+:$PYTHONPATH} python3 -m trainer.task \
    --bucket="${BUCKET}" \
    --output_dir=babyweight_trained \
    --job-dir=./tmp \
    --pattern="00000-of-" --train_examples=1 --eval_steps=1

heading "The same through the tool"
tuner ml-engine local train \
    --module-name=trainer.task \
    --package-path="$PWD/babyweight/trainer" \
    -- \
    --bucket="${BUCKET}" \
    --output_dir="$PWD/babyweight_trained" \
    --pattern="00000-of-" --train_examples=1 --eval_steps=1

heading "What that model says about a boy and a girl"
MODEL_LOCATION=$(ls -d "$PWD"/babyweight_trained/export/exporter/* | tail -1)
tuner ml-engine local predict --model-dir="$MODEL_LOCATION" --json-instances=inputs.json

heading "A training job"
OUTDIR=${BUCKET}/babyweight/trained_model
JOBNAME=babyweight_$(date -u +%y%m%d_%H%M%S)
tuner ml-engine jobs submit training "$JOBNAME" \
    --region=$REGION \
    --module-name=trainer.task \
    --package-path="$PWD/babyweight/trainer" \
    --job-dir="$OUTDIR" \
    --staging-bucket="$BUCKET" \
    --scale-tier=STANDARD_1 \
    --runtime-version=$TFVERSION \
    -- \
    --bucket="${BUCKET}" \
    --output_dir="${OUTDIR}" \
    --train_examples="$FULL_EXAMPLES"
tuner ml-engine jobs stream-logs "$JOBNAME"
tuner ml-engine jobs describe "$JOBNAME"

heading "A tuning job: 20 trials, 5 at a time"
cat >hyperparam.yaml <<'YAML'
trainingInput:
  scaleTier: STANDARD_1
  hyperparameters:
    hyperparameterMetricTag: rmse
    goal: MINIMIZE
    maxTrials: 20
    maxParallelTrials: 5
    enableTrialEarlyStopping: True
    params:
    - parameterName: batch_size
      type: INTEGER
      minValue: 8
      maxValue: 512
      scaleType: UNIT_LOG_SCALE
    - parameterName: nembeds
      type: INTEGER
      minValue: 3
      maxValue: 30
      scaleType: UNIT_LINEAR_SCALE
    - parameterName: nnsize
      type: INTEGER
      minValue: 64
      maxValue: 512
      scaleType: UNIT_LOG_SCALE
YAML
OUTDIR=${BUCKET}/babyweight/hyperparam
HYPERJOB=babyweight_hp_$(date -u +%y%m%d_%H%M%S)
tuner ml-engine jobs submit training "$HYPERJOB" \
    --region=$REGION \
    --module-name=trainer.task \
    --package-path="$PWD/babyweight/trainer" \
    --job-dir="$OUTDIR" \
    --staging-bucket="$BUCKET" \
    --scale-tier=STANDARD_1 \
    --config=hyperparam.yaml \
    --runtime-version=$TFVERSION \
    -- \
    --bucket="${BUCKET}" \
    --output_dir="${OUTDIR}" \
    --eval_steps=10 \
    --train_examples="$HP_EXAMPLES"
tuner ml-engine jobs stream-logs "$HYPERJOB" >stream.log 2>&1

heading "The table of its trials"
tuner ml-engine jobs describe "$HYPERJOB" --summarize
tuner trials "$HYPERJOB"

heading "The winner, trained on all examples"
OUTDIR=${BUCKET}/babyweight/trained_model_tuned
JOBNAME=babyweight_tuned_$(date -u +%y%m%d_%H%M%S)
tuner ml-engine jobs submit training "$JOBNAME" \
    --region=$REGION \
    --module-name=trainer.task \
    --package-path="$PWD/babyweight/trainer" \
    --job-dir="$OUTDIR" \
    --staging-bucket="$BUCKET" \
    --scale-tier=STANDARD_1 \
    --runtime-version=$TFVERSION \
    --stream-logs \
    -- \
    --bucket="${BUCKET}" \
    --output_dir="${OUTDIR}" \
    --train_examples="$FULL_EXAMPLES" \
    $(tuner best "$HYPERJOB" --args)

heading "What the tuned model says"
MODEL_LOCATION=$(ls -d "$OUTDIR"/export/exporter/* | tail -1)
tuner ml-engine local predict --model-dir="$MODEL_LOCATION" --json-instances=inputs.json
