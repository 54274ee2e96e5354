"""Brings up bots quickly: this process has imported the whole program, and forks for each `python -m bot serve`.

Importing is most of a start, and a kill test starts some hundred bots. Orders come on standard input, a line each; the answer is the pid.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import sys

import bot
import core
from bot.__main__ import main

ELSEWHERE = ("bot.__main__", "bot.sandbox", "core.llm.claude")  # what `serve` does not import either


def bear(environment: dict[str, str], log: str) -> None:
    """The child's whole life: the command line, with this environment, its log into the file `log`."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    out = os.open(log, os.O_WRONLY)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    os.environ.clear()
    os.environ.update(environment)
    os._exit(main(["serve"]))


def import_the_program() -> None:
    for package in (bot, core):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(ELSEWHERE):
                importlib.import_module(module.name)


def wait_for_orders() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they died
    for line in sys.stdin:
        order = json.loads(line)
        if (pid := os.fork()) == 0:
            bear(order["environment"], order["log"])
        print(pid, flush=True)


if __name__ == "__main__":
    import_the_program()
    wait_for_orders()
