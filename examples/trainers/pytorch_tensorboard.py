import argparse

import torch
from torch.utils.tensorboard import SummaryWriter

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.1)
flags.add_argument("--momentum", type=float, default=0.0)
flags.add_argument("--job-dir", default="jobs")
args = flags.parse_args()

x = torch.linspace(-1, 1, 100).reshape(-1, 1)
y = 3 * x + 1
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), args.learning_rate, args.momentum)
writer = SummaryWriter(args.job_dir)
for step in range(1, 21):
    loss = torch.nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    writer.add_scalar("loss", loss.item(), step)
writer.close()
