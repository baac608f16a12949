"""What verbose=True shows: a line of the epoch, written over in a terminal and in a notebook."""

import sys
import time


class Line:
    def __init__(self, stream=None):
        self._stream = stream if stream is not None else sys.stderr
        self._shown = 0.0

    def message(self, text):
        self._stream.write(f"\r\x1b[K{text}\n" if self._stream.isatty() else f"{text}\n")
        self._stream.flush()

    def epoch(self, record):
        now = time.monotonic()
        is_last = record["epoch"] == record["num_epochs"]
        if now - self._shown < (0.1 if self._stream.isatty() else 1.0) and not is_last:
            return
        self._shown = now
        run = f"run {record['run'] + 1}/{record['num_runs']}, " if record["num_runs"] > 1 else ""
        text = (
            f"{run}epoch {record['epoch']}/{record['num_epochs']}  loss {record['loss']:.4f}  "
            f"best val {record['best_val']:.4f}"
        )
        self._stream.write(f"\r{text:<70}" + ("\n" if is_last else ""))
        self._stream.flush()
