import argparse

from tensorboardX import SummaryWriter

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
flags.add_argument("--job-dir", default="jobs")
args = flags.parse_args()

writer = SummaryWriter(args.job_dir)
w = velocity = 0.0
for step in range(1, 21):
    velocity = args.momentum * velocity - args.learning_rate * 2 * (w - 3)
    w += velocity
    writer.add_scalar("loss", (w - 3) ** 2, step)
writer.close()
