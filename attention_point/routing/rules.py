"""The routing rules: which service answers which need, and why.

A rule is one entry of ``RULES``: an id, a reason, its legal basis, the days on which it holds, and up to three pure
functions: ``adds`` (services it calls for), ``allows`` (False strikes an offer out), ``asks`` (True: the agent is to
ask something first). ``docs/recipes/add-a-routing-rule.md`` shows how to add one. M4 (a service without documents
never asks for one) is no entry: an ``Offer`` that breaks it cannot be built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from attention_point.routing.facts import Advice, Notice, Offer, Reason, Situation, Suggestion, in_force
from attention_point.routing.offers import Available, Offers

MAJORITY = 18  # years; Ley 1098/2006, art. 3
WITHOUT_CARER = frozenset({"other_adult", "alone"})
RIGHTS = frozenset({"DDHH", "QUEJA-SP"})
VIOLENCE = {"gender_violence": "VBG", "trafficking": "TRATA"}
ENFORCEMENT = "migracion-colombia"


@dataclass(frozen=True, slots=True)
class Call:
    """A rule's wish that a need be answered, by that entity if it may."""

    need: str
    entity: str | None = None
    mandatory: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``basis`` is the law it stands on, as a newcomer would look it up."""

    id: str
    reason: Reason
    basis: tuple[str, ...] = ()
    adds: Callable[[Situation, Available, date], tuple[Call, ...]] | None = None
    allows: Callable[[Situation, Offer], bool] | None = None
    asks: Callable[[Situation], bool] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def lacks_papers(situation: Situation, offer: Offer, on: date) -> bool:
    """Whether the person showed none of the documents that the offer accepts on that day."""
    for held in situation.documents:
        for rule in offer.documents:
            if rule.accepts(held, situation.age, on):
                return False
    return bool(offer.documents)


def _is_child(situation: Situation) -> bool:
    return situation.age is not None and situation.age < MAJORITY


def _violence(situation: Situation) -> tuple[str, ...]:
    """VBG and TRATA, as far as the person named them or the agent noted them."""
    return tuple(
        need
        for vulnerability, need in VIOLENCE.items()
        if need in situation.needs or vulnerability in situation.vulnerabilities
    )


def _stated_needs(situation: Situation, available: Available, on: date) -> tuple[Call, ...]:
    return tuple(Call(need) for need in situation.needs)


def _needs_protection(situation: Situation) -> bool:
    """An unknown age is not taken for a child's: then only the agent's own observation counts."""
    if "unaccompanied_child" in situation.vulnerabilities:
        return True
    return _is_child(situation) and (situation.accompanied_by in WITHOUT_CARER or bool(_violence(situation)))


def _child_protection(situation: Situation, available: Available, on: date) -> tuple[Call, ...]:
    if _needs_protection(situation):
        return (Call("NNA-PROT", entity="icbf", mandatory=True, urgent=True),)
    return ()


def _company_unknown(situation: Situation) -> bool:
    """A child whose company nobody asked about, or someone alone whose age nobody asked: M1 could hold unseen."""
    if _needs_protection(situation):
        return False
    if situation.age is None:
        return situation.accompanied_by in WITHOUT_CARER
    return _is_child(situation) and situation.accompanied_by is None


def _victim_support(situation: Situation, available: Available, on: date) -> tuple[Call, ...]:
    return tuple(Call(need) for need in _violence(situation))


def _keeps_from_enforcement(situation: Situation, offer: Offer) -> bool:
    """M2: a victim reaches the migration authority only by asking for regularisation herself."""
    if offer.entity != ENFORCEMENT or not _violence(situation):
        return True
    return offer.need == "MIG-REG" and "MIG-REG" in situation.needs


def _nationality_note(situation: Situation, available: Available, on: date) -> tuple[Call, ...]:
    return (Call("RC-APATRIDIA"),) if situation.child_born_in_colombia_without_note else ()


def _health_without_papers(situation: Situation, available: Available, on: date) -> tuple[Call, ...]:
    """M5. What was asked for anyway is not called for again, so that it keeps its own reason."""
    offers = available.get("SALUD-AFIL", ())
    if "SALUD-AFIL" not in situation.needs or not all(lacks_papers(situation, o, on) for o in offers):
        return ()
    calls = [] if "SALUD-URG" in situation.needs else [Call("SALUD-URG")]
    way = _way_to_papers(situation)
    if not {way.need, "MIG-REG", "REFUGIO"}.intersection(situation.needs):
        calls.append(way)
    return tuple(calls)


def _way_to_papers(situation: Situation) -> Call:
    """The need that leads to a document valid in Colombia; for a victim one that is not the migration authority's."""
    if situation.nationality == "CO":
        return Call("ID-CO")
    if _violence(situation):
        return Call("REFUGIO", entity="acnur")
    return Call("REFUGIO" if situation.status == "asylum_seeker" else "MIG-REG")


def _not_the_one_complained_of(situation: Situation, offer: Offer) -> bool:
    return offer.need not in RIGHTS or offer.entity != situation.complained_of


RULES = (
    Rule(
        id="NEED",
        reason=Reason("It answers the need that the person stated."),
        adds=_stated_needs,
    ),
    Rule(
        id="M1",
        reason=Reason("Child protection comes first and at once, with or without papers or consent."),
        basis=("Ley 1098/2006",),
        adds=_child_protection,
    ),
    Rule(
        id="M1-ASK",
        reason=Reason(
            "Ask the age and who comes with the person: "
            "a child without a parent or guardian goes to child protection at once."
        ),
        basis=("Ley 1098/2006",),
        asks=_company_unknown,
    ),
    Rule(
        id="M2",
        reason=Reason("The person chooses where to go and what to tell; nobody else sees this record."),
        basis=("Ley 1257/2008", "Ley 985/2005"),
        adds=_victim_support,
        allows=_keeps_from_enforcement,
    ),
    Rule(
        id="M3",
        reason=Reason("The child was born in Colombia to Venezuelan parents and has no nationality note."),
        basis=("Res. 8470/2019", "Res. 8617/2021", "Res. 9820/2025"),
        adds=_nationality_note,
    ),
    Rule(
        id="M5",
        reason=Reason("Health insurance asks for a document valid in Colombia; this helps until the person has one."),
        basis=("Res. 3015/2017", "Res. 572/2022", "D. 064/2020"),
        adds=_health_without_papers,
    ),
    Rule(
        id="M6",
        reason=Reason("A complaint goes to an entity other than the one complained of."),
        allows=_not_the_one_complained_of,
    ),
)
NO_OFFER = Reason("No entity offers this service on the day of the attention: give guidance and ask the office.")


def suggest(situation: Situation, offers: Offers, on: date) -> tuple[Suggestion, ...]:
    """The services for a situation on a day: mandatory and urgent ones first, then in the order of the needs."""
    return advise(situation, offers, on).suggestions


def advise(situation: Situation, offers: Offers, on: date) -> Advice:
    """The suggestions, at most one a service, with the notices for needs that none can answer that day."""
    available = offers.on(on)
    rules = [rule for rule in RULES if in_force(rule.valid_from, rule.valid_to, on)]
    suggestions: list[Suggestion] = []
    notices = [_notice("NNA-PROT", rule) for rule in rules if rule.asks and rule.asks(situation)]
    for call, rule in _calls(situation, available, on, rules).values():
        answer = _answer(call, rule, situation, available, on, rules)
        if isinstance(answer, Suggestion):
            suggestions.append(answer)
        else:
            notices.append(answer)
    suggestions.sort(key=lambda suggestion: (not suggestion.mandatory, not suggestion.urgent))
    return Advice(tuple(suggestions), tuple(notices), restricted=bool(_violence(situation)))


def _calls(situation: Situation, available: Available, on: date, rules: list[Rule]) -> dict[str, tuple[Call, Rule]]:
    """One call a need: a later rule knows better than an earlier one, but nothing replaces a mandatory call."""
    calls: dict[str, tuple[Call, Rule]] = {}
    for rule in rules:
        for call in rule.adds(situation, available, on) if rule.adds else ():
            known = calls.get(call.need)
            if known is None or not known[0].mandatory:
                calls[call.need] = (call, rule)
    return calls


def _answer(
    call: Call, rule: Rule, situation: Situation, available: Available, on: date, rules: list[Rule]
) -> Suggestion | Notice:
    kept: list[Offer] = []
    struck_by: Rule | None = None
    for offer in available.get(call.need, ()):
        against = _against(offer, situation, rules)
        if against is None:
            kept.append(offer)
        else:
            struck_by = against
    if not kept:
        return _notice(call.need, struck_by) if struck_by else Notice(call.need, NO_OFFER, rule.id)
    chosen = next((offer for offer in kept if offer.entity == call.entity), kept[0])
    because = struck_by if struck_by and not call.mandatory else rule
    return Suggestion(
        need=call.need,
        service=chosen.service,
        entity=chosen.entity,
        mandatory=call.mandatory,
        urgent=call.urgent,
        restricted=chosen.restricted,
        reason=because.reason,
        papers_missing=lacks_papers(situation, chosen, on),
        accepted=tuple(dict.fromkeys([rule.type for rule in chosen.documents])),
        alternatives=tuple(dict.fromkeys([o.entity for o in kept if o.entity != chosen.entity])),
        rule=because.id,
    )


def _against(offer: Offer, situation: Situation, rules: list[Rule]) -> Rule | None:
    """The rule that strikes an offer out, if any does."""
    for rule in rules:
        if rule.allows is not None and not rule.allows(situation, offer):
            return rule
    return None


def _notice(need: str, rule: Rule) -> Notice:
    return Notice(need, rule.reason, rule.id)
