import argparse

from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

flags = argparse.ArgumentParser()
flags.add_argument("--learning_rate", type=float, default=0.01)
flags.add_argument("--batch_size", type=int, default=32)
flags.add_argument("--width", type=int, default=64)
flags.add_argument("--epochs", type=int, default=81)
flags.add_argument("--seed", type=int, default=0)
args = flags.parse_args()

images, digits = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(images / 16, digits, test_size=0.4, random_state=0)
model = MLPClassifier(
    hidden_layer_sizes=(args.width,),
    solver="sgd",
    learning_rate_init=args.learning_rate,
    batch_size=args.batch_size,
    random_state=args.seed,
)
for epoch in range(1, args.epochs + 1):
    model.partial_fit(train_x, train_y, classes=range(10))
    print(f"step={epoch} loss={log_loss(test_y, model.predict_proba(test_x))}", flush=True)
