"""The command line of the trainer: python3 -m trainer.task --help.

The flags are the lab's. A tuning service appends its own, --nnsize=281 for example, after the user's; argparse takes the
last. Run by hand, without any service, it is the same program.
"""

import argparse
import json
import os

from . import model


def parse_flags():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bucket", required=True, help="folder with the data in babyweight/preproc/")
    parser.add_argument("--output_dir", required=True, help="where results go; a trial adds its number")
    parser.add_argument("--job-dir", default="junk", help="what services pass along; not used here")
    parser.add_argument("--batch_size", type=int, default=512)
    parser.add_argument("--nnsize", type=int, nargs="+", default=[128, 32, 4], help="sizes of the hidden layers")
    parser.add_argument("--nembeds", type=int, default=3, help="dimensions of the crossed feature's embedding")
    parser.add_argument("--train_examples", type=int, default=5000, help="in thousands")
    parser.add_argument("--pattern", default="of", help="part of the shards' names")
    parser.add_argument("--eval_steps", type=int, default=None, help="batches of 32768 rows; none means all")
    return parser.parse_args()


def trial_of_service():
    """The trial's number as a tuning service says it; an empty text without one."""
    return json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {}).get("trial", "")


if __name__ == "__main__":
    flags = parse_flags()
    model.train_and_evaluate(
        data_dir=os.path.join(flags.bucket, "babyweight", "preproc"),
        output_dir=os.path.join(flags.output_dir, trial_of_service()),
        pattern=flags.pattern,
        batch_size=flags.batch_size,
        nembeds=flags.nembeds,
        nnsize=flags.nnsize,
        train_steps=flags.train_examples * 1000 / flags.batch_size,
        eval_steps=flags.eval_steps,
    )
