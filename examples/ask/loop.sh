#!/bin/sh
# A loop of one's own: ask for a trial, evaluate it, tell. What is measured here could be anything that no program can
# run by itself: a bench in a laboratory, a batch system, a person.
set -e
while trial=$(tuner ask space.yaml --args) && [ -n "$trial" ]; do
    number=${trial%% *}
    for flag in ${trial#* }; do
        case $flag in
            --x=*) x=${flag#*=} ;;
            --y=*) y=${flag#*=} ;;
        esac
    done
    loss=$(awk -v x="$x" -v y="$y" 'BEGIN { print (x - 3) ^ 2 + (y - 2) ^ 2 }')
    tuner tell space.yaml "$number" "$loss"
done
