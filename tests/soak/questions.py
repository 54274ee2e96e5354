"""What the soak asks the database, and what it reads from a message."""

from __future__ import annotations

from uuid import UUID

from bot.sandbox.wire import Json, objs, text

NEXT = """select min(at) from (
  (select min(due_at) as at from nudges where state = 'planned')
  union all (select min(due_at) from outbox where state in ('waiting', 'leased', 'sending') and due_at > $1)) n"""
BUSY = """select
  exists (select from nudges where state = 'planned' and due_at <= $1) as due,
  exists (select from outbox o where o.due_at <= $1 and (o.state = 'waiting' or o.state in ('leased', 'sending'))
    and (o.order_key is null or not exists (select from outbox e where e.account_id = o.account_id and e.order_key = o.order_key and e.id < o.id
      and e.state in ('waiting', 'leased', 'sending')))) as deliveries,
  exists (select from nudge_reminders r join outbox o on o.account_id = r.account_id and o.dedupe_key = 'nudges.post:' || r.id
    where r.state = 'queued' and r.due_at <= $1 and o.state in ('failed', 'unknown', 'done')) as lost"""
STANDS_FOR = """select n.subject_id from outbox o
  join nudge_reminder_nudges l on l.account_id = o.account_id and l.reminder_id = (o.ids->>'reminder_id')::uuid
  join nudges n on n.account_id = l.account_id and n.id = l.nudge_id where o.id = $1"""
HISTORY = """select n.state, n.answer, n.number, n.due_at, n.sent_at, r.state as reminder from nudges n
  left join nudge_reminder_nudges l on l.nudge_id = n.id left join nudge_reminders r on r.id = l.reminder_id
  where n.subject_id = $1 order by n.id"""


def asks_about(message: Json) -> set[UUID]:
    """The fixes whose buttons a message carries."""
    found: set[UUID] = set()
    for block in objs(message.get("blocks")):
        for element in objs(block.get("elements")):
            if text(element.get("action_id")).startswith("fixes.record."):
                found.add(UUID(text(element.get("value"))))
    return found
