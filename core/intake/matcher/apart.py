"""Learning in a process of its own: `python -m core.intake.matcher.apart` reads what there is to learn from and writes what it teaches.

So a stop ends it at once, clicks do not wait for it, and its memory goes with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from core.intake.matcher.teaching import Material, taught


async def taught_apart(given: Material) -> bytes | None:
    """What `given` teaches, as bytes; None when it is too little. Raises `ChildProcessError` when learning failed; ends it when cancelled."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "core.intake.matcher.apart",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # One core: its matrices are small, and several threads would wait for each other more than they work.
        env={**_PATHS, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        weights, _ = await process.communicate(json.dumps([dict(given.examples), list(given.none)]).encode())
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise ChildProcessError(f"learning ended with {process.returncode}")
    return weights or None


# Where Python finds our code and its packages; the secrets in the environment are none of its business.
_PATHS = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path) or "."}


def main() -> None:
    os.nice(10)
    examples, none = json.load(sys.stdin)
    sys.stdout.buffer.write(taught(Material(examples, none)) or b"")


if __name__ == "__main__":
    main()
