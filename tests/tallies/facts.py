"""Invented visits and referrals, as Hypothesis strategies."""

from datetime import date

from hypothesis import strategies as st

from attention_point.tallies.facts import LONGER_PERIODS, ReferralFacts, Repeats, VisitFacts

POINTS = ("bucaramanga", "giron")
DAYS = st.dates(date(2017, 8, 9), date(2017, 10, 3))
NEEDS = ("MIG-REG", "EMP-SENA", "VBG", "EDU")
VULNERABILITIES = ("pregnant", "street", "gender_violence")


def _some(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=3).map(tuple)


def _maybe(*codes: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *codes))


VISITS = st.builds(
    VisitFacts,
    point=st.sampled_from(POINTS),
    day=DAYS,
    hour=st.integers(7, 17),
    first_ever=st.booleans(),
    first_this_month=st.booleans(),
    new_needs=_some(NEEDS),
    new_vulnerabilities=_some(VULNERABILITIES),
    person=st.fixed_dictionaries(
        {
            "sex": _maybe("F", "M"),
            "age": st.none() | st.integers(0, 99),
            "population": _maybe("migrant", "returnee"),
            "nationality": _maybe("VE", "CO"),
            "status": _maybe("regular", "irregular"),
            "documents": _some(("DE", "PA", "CC")),
            "origin": _maybe("VE-S", "VE-V"),
            "municipality": _maybe("68001", "68307"),
            "intention": _maybe("stay", "transit"),
            "education": st.none() | st.integers(1, 5),
            "ethnicity": st.none() | st.integers(1, 6),
            "gender": _maybe("woman", "man"),
            "disability": st.none() | st.booleans(),
        }
    ),
    needs=_some(NEEDS),
    vulnerabilities=_some(VULNERABILITIES),
    wait=st.none() | st.integers(0, 200),
    repeats=st.none()
    | st.dictionaries(
        st.sampled_from(LONGER_PERIODS), st.builds(Repeats, st.booleans(), _some(NEEDS), _some(VULNERABILITIES))
    ),
)

REFERRALS = st.builds(
    ReferralFacts,
    point=st.sampled_from(POINTS),
    day=DAYS,
    entity=st.sampled_from(("sena", "icbf")),
    service=st.sampled_from(NEEDS),
    state=st.sampled_from(("created", "seen", "attended")),
    answered_in=st.none() | st.integers(0, 40),
    person_outcome=st.none() | st.sampled_from(("served", "not_served", "refused")),
)

FACTS = VISITS | REFERRALS
