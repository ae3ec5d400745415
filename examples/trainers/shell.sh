#!/bin/sh
for flag; do
    case $flag in
        --learning_rate=*) rate=${flag#*=} ;;
        --momentum=*) momentum=${flag#*=} ;;
    esac
done
awk -v rate="${rate:-0.1}" -v momentum="${momentum:-0}" 'BEGIN {
    for (step = 1; step <= 20; step++) {
        velocity = momentum * velocity - rate * 2 * (w - 3)
        w += velocity
        print "step=" step " loss=" (w - 3) ^ 2
        fflush()
    }
}'
