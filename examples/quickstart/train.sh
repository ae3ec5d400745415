#!/bin/sh
# A trainer: parameters come as flags, the metric goes out as a line.
for flag; do
    case $flag in
        --x=*) x=${flag#*=} ;;
        --y=*) y=${flag#*=} ;;
    esac
done
awk "BEGIN { print \"loss=\" ($x - 1) ^ 2 + ($y + 2) ^ 2 }"
