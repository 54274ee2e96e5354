"""What /metrics shows. One registry per process, made by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True)
class Metrics:
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    interactions: Counter = field(init=False)
    ack_seconds: Histogram = field(init=False)
    slack_calls: Counter = field(init=False)
    deliveries: Counter = field(init=False)
    lag_seconds: Gauge = field(init=False)
    nudges_due: Counter = field(init=False)
    nudge_late_seconds: Histogram = field(init=False)
    nudge_answer_seconds: Histogram = field(init=False)
    reminders_sent: Counter = field(init=False)

    def __post_init__(self) -> None:
        parts = {
            "interactions": Counter(
                "flowpilot_interactions", "What came from Slack", ["kind", "outcome"], registry=self.registry
            ),
            "ack_seconds": Histogram(
                "flowpilot_ack_seconds",
                "From payload to ack",
                buckets=(0.005, 0.02, 0.1, 0.5, 1, 2, 3),
                registry=self.registry,
            ),
            "slack_calls": Counter(
                "flowpilot_slack_calls", "Calls to Slack", ["method", "outcome"], registry=self.registry
            ),
            "deliveries": Counter(
                "flowpilot_deliveries", "Deliveries of the outbox", ["effect", "outcome"], registry=self.registry
            ),
            "lag_seconds": Gauge(
                "flowpilot_outbox_lag_seconds", "Age of the oldest due delivery claimed last", registry=self.registry
            ),
            "nudges_due": Counter("flowpilot_nudges_due", "Nudges whose time came", registry=self.registry),
            "nudge_late_seconds": Histogram(
                "flowpilot_nudge_late_seconds",
                "From when a nudge was due to when it went to the outbox",
                buckets=(2, 10, 60, 300, 1_800, 7_200, 86_400),
                registry=self.registry,
            ),
            "nudge_answer_seconds": Histogram(
                "flowpilot_nudge_answer_seconds",
                "From when a nudge was sent to its answer",
                buckets=(60, 600, 3_600, 14_400, 86_400, 259_200, 604_800),
                registry=self.registry,
            ),
            "reminders_sent": Counter(
                "flowpilot_nudge_reminders_sent", "Reminders that stand in Slack", registry=self.registry
            ),
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)
