import argparse

import numpy as np
import tensorflow as tf

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
flags.add_argument("--job-dir", default="jobs")
args = flags.parse_args()

x = np.linspace(-1, 1, 100).reshape(-1, 1)
y = 3 * x + 1
model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.SGD(args.learning_rate, args.momentum), "mse")
board = tf.keras.callbacks.TensorBoard(args.job_dir)  # tags epoch_loss, epoch_…
model.fit(x, y, epochs=5, validation_data=(x, y), callbacks=[board], verbose=0)
