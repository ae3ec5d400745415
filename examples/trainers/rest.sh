#!/bin/sh
for flag; do
    case $flag in
        --learning_rate=*) rate=${flag#*=} ;;
    esac
done
trial=$TUNER_API_URL/v1/studies/$TUNER_STUDY/trials/$TUNER_TRIAL
for step in $(seq 20); do
    loss=$(awk "BEGIN { print 9 * (1 - 2 * ${rate:-0.1}) ^ (2 * $step) }")
    answer=$(curl --silent --fail --retry 5 -H "Authorization: Bearer $TUNER_TRIAL_TOKEN" \
        -d "{\"step\": $step, \"metrics\": {\"loss\": $loss}}" "$trial:measure")
    case $answer in
        *'"shouldStop": true'*|*'"shouldStop":true'*) exit 1 ;;
    esac
done
