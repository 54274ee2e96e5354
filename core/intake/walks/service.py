"""Walking: starting, answering, going back, noting, taking over. All of it locks the walk and its ticket first, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.accounts import queries as people
from core.errors import Conflict
from core.ids import ProposalId, TicketId, UserId, WalkId, new_id
from core.intake.commands import NoteWalk
from core.intake.flows import queries as flows
from core.intake.flows.tree import Node, Tree, as_json, from_json
from core.intake.tickets.models import Ticket, TicketStatus
from core.intake.vocabulary import Category
from core.intake.walks import growing, queries
from core.intake.walks.growing import EMPTY, Draft, Spot
from core.intake.walks.models import Walk, WalkKind
from core.intake.walks.queries import Locked
from core.intake.walks.steps import standing
from core.nudges import service as nudges
from core.nudges.policy import QUIET_AFTER_ACTIVITY, Kind, walk_due
from core.outbox.events import HomeChanged, StepsWanted, TicketChanged, WalkChanged, WalkStarted
from core.scope import Person
from core.text import clean
from core.unit import Unit


@dataclass(frozen=True)
class Way:
    """What a call is walked along. `tree` is the published version's, the proposal's, or None: nothing (ad hoc), or nothing yet (built)."""

    kind: WalkKind
    title: str
    category: Category | None = None
    tree: Tree | None = None
    flow_id: UUID | None = None
    flow_version: int | None = None
    proposal_id: ProposalId | None = None


async def along_flow(unit: Unit, flow_id: UUID) -> Way:
    """The way of a published flow, as it stands now. Raises `NotFound`, `Conflict` when it was switched off."""
    flow, number, tree = await flows.published_tree(unit, flow_id)
    return Way(WalkKind.FLOW, flow.title, flow.category, tree, flow.id, number)


async def start(unit: Unit, ticket: Ticket, way: Way) -> Walk:
    """Begins to walk a ticket; the walk is its starter's."""
    person = unit.scope.need_l1("take a call")
    walk = unit.add(
        Walk(
            account_id=unit.account_id,
            id=new_id(),
            ticket_id=ticket.id,
            session_kind=way.kind,
            title=way.title,
            category=way.category,
            flow_id=way.flow_id,
            flow_version=way.flow_version,
            flow_proposal_id=way.proposal_id,
            owner_id=person.id,
            started_by=person.id,
            acting_as=person.acting_as,
            started_at=unit.now,
            last_step_at=unit.now,
        )
    )
    match way.kind:
        case WalkKind.AI_BUILD:
            walk.tree = as_json(EMPTY)
            unit.emit(StepsWanted(TicketId(ticket.id), WalkId(walk.id)))
        case WalkKind.PROPOSAL if way.tree is not None:
            walk.tree = as_json(way.tree)
            walk.show(way.tree.first)
        case WalkKind.FLOW if way.tree is not None:
            walk.show(way.tree.first)
        case _:
            pass
    ticket.mirror(TicketStatus.WALKING, unit.now)
    unit.audit(
        "walk.started", walk.id, acting_as=person.acting_as, kind=way.kind, ticket=str(ticket.id), flow=str(way.flow_id)
    )
    await nudges.plan(unit, Kind.WALK, walk.id, owner_id=person.id)
    unit.emit(WalkStarted(TicketId(ticket.id), WalkId(walk.id)))
    unit.emit(HomeChanged(person.id))
    return walk


def changed(unit: Unit, locked: Locked) -> None:
    """Everything that shows the walk shows it anew."""
    ticket_id = TicketId(locked.ticket.id)
    unit.emit(WalkChanged(ticket_id, WalkId(locked.walk.id)))
    unit.emit(TicketChanged(ticket_id))
    unit.emit(HomeChanged(UserId(locked.walk.owner_id)))


async def _to_change(unit: Unit, walk_id: WalkId, what: str, *, takes_over: bool = False) -> tuple[Person, Locked]:
    person = unit.scope.need_l1(what)
    locked = await queries.walk_for_update(unit, walk_id)
    walk = locked.walk
    walk.need_active(locked.ender)
    owner_id = person.id if takes_over else walk.owner_id
    # Its owner was asked, or is about to be, and it goes on instead; or somebody else is to be asked, whose day is another.
    if owner_id != walk.owner_id or await _was_left(unit, walk):
        await nudges.plan(unit, Kind.WALK, walk.id, owner_id=owner_id, again=True)
    return person, locked


async def _was_left(unit: Unit, walk: Walk) -> bool:
    """Whether it was time to ask its owner about it. Only a pause is looked at: a step in a call costs no look at anybody's day."""
    if unit.now < walk.last_step_at + QUIET_AFTER_ACTIVITY:
        return False
    return unit.now >= walk_due(walk.last_step_at, await nudges.hours_of(unit, walk.owner_id))


def _moved(unit: Unit, locked: Locked) -> None:
    unit.emit(WalkChanged(TicketId(locked.ticket.id), WalkId(locked.walk.id)))


async def answer(unit: Unit, walk_id: WalkId, visit: int, choice: int) -> Walk:
    """Takes the answer to what the card showed at `visit`. The same answer a second time changes nothing.

    Raises `Conflict` when the walk has ended, or when that step was answered otherwise (saying how and by whom).
    """
    person, locked = await _to_change(unit, walk_id, "walk a call")
    walk = locked.walk
    if visit != walk.visit:
        await _refuse_what_was_answered(unit, walk, visit, choice)
        return walk
    walk.answer(visit, choice, by=person.id, at=unit.now)
    await _go_on(unit, locked)
    _moved(unit, locked)
    return walk


async def _refuse_what_was_answered(unit: Unit, walk: Walk, visit: int, choice: int) -> None:
    step = walk.answered_before(visit)
    if step is None:
        raise Conflict("This step is not before you any more. The card shows where the walk is now.")
    if step.undone_by is not None:
        raise Conflict("This step was undone meanwhile. The card shows where the walk is now.")
    if step.choice != choice:
        who = (await people.user(unit, step.by)).name
        raise Conflict(f"This was already answered “{step.label}” by {who}. Back undoes it.")


async def _go_on(unit: Unit, locked: Locked) -> None:
    """Shows the step behind the last answer; where it is not built yet, it is asked for."""
    walk = locked.walk
    tree = await tree_of(unit, walk)
    node = growing.behind(tree, growing.spot_after(standing(walk.path)))
    if node is not None:
        walk.show(node)
    if walk.session_kind is WalkKind.AI_BUILD:
        unit.emit(StepsWanted(TicketId(locked.ticket.id), WalkId(walk.id)))


async def tree_of(unit: Unit, walk: Walk) -> Tree:
    """What the walk goes along: the version it began on, whatever became of the flow."""
    if walk.tree is not None:
        return from_json(walk.tree)
    if walk.flow_id is None or walk.flow_version is None:
        raise Conflict("This walk has no steps; notes, Resolve and Escalate are all there is.")
    return (await flows.version(unit, walk.flow_id, walk.flow_version)).tree


async def back(unit: Unit, walk_id: WalkId, visit: int) -> Walk:
    """Undoes the last step; it stays in the record. Raises `Conflict`, also for a second click that would undo one more."""
    person, locked = await _to_change(unit, walk_id, "walk a call")
    undone = locked.walk.back(visit, by=person.id, at=unit.now)
    unit.audit("walk.step_undone", walk_id, acting_as=person.acting_as, node=undone.node.id, visit=undone.visit)
    _moved(unit, locked)
    return locked.walk


async def note(unit: Unit, wanted: NoteWalk) -> Walk:
    """Replaces the notes. Raises `NotesMoved` when somebody changed them since that revision, `Invalid` on `walk_notes`."""
    person, locked = await _to_change(unit, wanted.walk_id, "note something")
    walk = locked.walk
    beginning = walk.walk_notes[: wanted.kept] if wanted.kept else ""
    walk.note(clean(f"{beginning}{wanted.walk_notes or ''}"), wanted.revision, by=person.id, at=unit.now)
    unit.audit("walk.noted", walk.id, acting_as=person.acting_as, revision=walk.notes_revision)
    _moved(unit, locked)
    return walk


async def take_over(unit: Unit, walk_id: WalkId) -> tuple[Walk, str]:
    """Makes whoever asks its owner; returns the walk and the name of who had it. Raises `Conflict` when it is theirs."""
    person, locked = await _to_change(unit, walk_id, "take over a walk", takes_over=True)
    before = locked.walk.take_over(person.id, unit.now)
    unit.audit("walk.taken_over", walk_id, acting_as=person.acting_as, before=str(before), after=str(person.id))
    changed(unit, locked)
    unit.emit(HomeChanged(UserId(before)))
    return locked.walk, (await people.user(unit, before)).name


async def resume(unit: Unit, walk_id: WalkId) -> tuple[Walk, Ticket, str | None]:
    """Goes on with a walk: whoever asks becomes its owner, and its card shows where it is; one that was deleted comes back.

    Returns the walk, its ticket and the name of who had it, None when it was theirs.
    """
    person, locked = await _to_change(unit, walk_id, "resume a walk", takes_over=True)
    walk, had = locked.walk, None
    if walk.owner_id != person.id:
        before = walk.take_over(person.id, unit.now)
        had = (await people.user(unit, before)).name
        unit.audit("walk.taken_over", walk_id, acting_as=person.acting_as, before=str(before), after=str(person.id))
        unit.emit(HomeChanged(UserId(before)))
    walk.touch(unit.now)
    changed(unit, locked)
    if walk.is_thinking:  # whoever was to build the next step may be gone
        unit.emit(StepsWanted(TicketId(locked.ticket.id), WalkId(walk.id)))
    return walk, locked.ticket, had


async def place(unit: Unit, walk_id: WalkId, spot: Spot, draft: Draft) -> Node | None:
    """Puts a composed step behind an answer, and before the person if that is where they are. None when one is there already, or the walk is over."""
    locked = await queries.walk_for_update(unit, walk_id)
    walk = locked.walk
    if not walk.is_active or walk.tree is None:
        return None
    tree = from_json(walk.tree)
    if growing.behind(tree, spot) is not None:
        return None
    tree, node = growing.grafted(tree, spot, draft)
    walk.tree = as_json(tree)
    walk.composed_without_ai = walk.composed_without_ai or draft.composed_without_ai
    if walk.is_thinking and growing.spot_after(standing(walk.path)) == spot:
        walk.show(node)
        walk.version += 1
        _moved(unit, locked)
    return node
