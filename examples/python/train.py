import argparse

from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

flags = argparse.ArgumentParser()
flags.add_argument("--C", type=float, default=1.0)
flags.add_argument("--gamma", type=float, default=0.01)
args = flags.parse_args()
images, digits = load_digits(return_X_y=True)
scores = cross_val_score(SVC(C=args.C, gamma=args.gamma), images, digits, cv=3)
print(f"accuracy={scores.mean()}")
