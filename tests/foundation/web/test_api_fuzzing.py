"""A few inputs made from the API's description; ``python -m bench.api_inputs`` sends ten thousand."""

import pytest
from flask import Flask

from tests.support.fuzzing import fuzz_api, prepare_inputs


@pytest.mark.parametrize("prefix", ["/api/v1/referrals", "/api/v1/outbox", "/api/v1/turns/{turn_id}/transfer"])
def test_the_api_answers_what_its_description_says(app: Flask, prefix: str) -> None:
    tokens, values = prepare_inputs(app)
    outcomes = list(fuzz_api(app, tokens, values, 12, prefix=prefix))
    assert [fault for outcome in outcomes for fault in outcome.faults] == []
    assert all(outcome.inputs >= 6 for outcome in outcomes)
