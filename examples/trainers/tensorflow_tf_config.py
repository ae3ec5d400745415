import argparse
import json
import os

import tensorflow as tf

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
flags.add_argument("--output_dir", default="jobs")
args, _ = flags.parse_known_args()

trial = json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {}).get("trial", "")
writer = tf.summary.create_file_writer(os.path.join(args.output_dir, trial, "eval"))
w = tf.Variable(0.0)
optimizer = tf.keras.optimizers.SGD(args.learning_rate, args.momentum)
with writer.as_default():
    for step in range(1, 21):
        with tf.GradientTape() as tape:
            loss = (w - 3) ** 2
        optimizer.apply_gradients([(tape.gradient(loss, w), w)])
        tf.summary.scalar("loss", (w - 3) ** 2, step)
