"""Serve ``compat.doctor.child`` in the child: run the tasks in turn, write each answer at once."""

import contextlib
import faulthandler
import importlib
import json
import os
import sys
import time
import traceback
import warnings
from typing import Any

from compat.diagnosis import explain

_TRACE_LINES = 8


def serve(given: dict[str, Any]) -> None:
    """Run the tasks that the doctor gave."""
    _leave_no_core()
    warnings.simplefilter("ignore")
    with (
        open(given["out"], "a", encoding="utf-8") as out,
        open(given["stack"], "w", encoding="utf-8") as stack,
    ):
        faulthandler.enable(stack)
        for place, (probe, task) in enumerate(given["tasks"]):
            # at the time limit, dump the stack, to show where a task hangs, and end this process
            faulthandler.dump_traceback_later(given["limit"], file=stack, exit=True)
            answer = _answer(probe, task)
            faulthandler.cancel_dump_traceback_later()
            out.write(json.dumps(answer) + "\n")
            out.flush()
            if given["gated"] and not place and "raised" in answer:
                break
    sys.stderr.flush()
    os._exit(0)  # skip the teardown, which may crash once all answers are written


def _answer(probe: str, task: Any) -> dict[str, Any]:
    begun = time.monotonic()
    try:
        value = importlib.import_module(f"compat.doctor.probes.{probe}").probe(task)
    except BaseException as why:  # noqa: BLE001 - whatever is raised is the answer, SystemExit too
        trace = [
            line for part in traceback.format_exception(why) for line in part.rstrip().splitlines()
        ]
        return {
            "raised": explain.chain(why),
            "trace": trace[-_TRACE_LINES:],
            "seconds": time.monotonic() - begun,
        }
    return {"value": value, "seconds": time.monotonic() - begun}


def _leave_no_core() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
