"""`python -m farthing.engines`: jobs on standard input, a JSON line each, answers on standard output.

{"job": "compare", "folder": "/tmp/…", "crew": {"workers": 2}} is answered by any number of {"progress": 0.5} and then
by {"done": true} or {"error": "…", "remedy": "…"}. The process ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings
from pathlib import Path

INSTALL = "Install what it needs: pip install './clients/python[learning]'."


def main() -> None:
    # Whatever a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    # A solver that has not settled is judged by what it predicts, as everybody else is.
    warnings.simplefilter("ignore")

    def say(**reply: object) -> None:
        answers.write(json.dumps(reply) + "\n")

    for line in sys.stdin:
        request = json.loads(line)
        try:
            job(request["job"])(Path(request["folder"]), request["crew"], lambda share: say(progress=share))
            say(done=True)
        except ImportError as error:
            say(error=str(error), remedy=INSTALL)
        except Exception as error:
            traceback.print_exc()
            say(error=f"{type(error).__name__}: {error}", remedy="Check the free memory and the versions of packages.")


def job(name: str):
    """Imported when asked for: a comparison needs no Dask, and a missing package is an answer."""
    if name == "compare":
        from .compare import compare

        return compare
    if name == "fit":
        from .distributed_fit import fit

        return fit
    raise ValueError(f"no job “{name}”")


# Dask's workers import this file again.
if __name__ == "__main__":
    main()
