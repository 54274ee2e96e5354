"""Flows as a person might write them, sound until a test spoils them."""

from __future__ import annotations

from core.intake.flows.document import FlowDocument
from core.intake.flows.written import read

PRINTER = """\
flow: printer-offline
title: The printer does not print
category: printer
symptoms:
  - Nothing comes out of the printer
examples:
  - my printer is not printing
  - the printer says offline
nodes:
  power:
    question: Is its display lit?
    answers:
      Yes: paper
      No, it stays dark: switch_on
  switch_on:
    instruction: Ask the caller to press the power button and wait a minute.
    next: paper
  paper:
    question: Is there paper in the tray?
    answers:
      Yes: engineer
      No: refill
  refill:
    instruction: Ask the caller to put paper in, up to the mark.
    next: prints
  prints:
    question: Does it print now?
    answers:
      Yes: fixed
      No: engineer
  fixed:
    resolved: It prints again.
  engineer:
    escalate: It has power and paper, and does not print.
    reason: not_fixed_by_steps
"""


def a_document(text: str = PRINTER) -> FlowDocument:
    """The one flow of a text."""
    [document] = read(text)
    return document
