"""A policy as a file, a form and a stored row give it: checked, and turned into a ``Policy``."""

from dataclasses import asdict
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from attention_point.foundation.validation import parse_object
from attention_point.turns.details import PreferentialReason
from attention_point.turns.priority.rules import DEFAULT_POLICY, Policy
from attention_point.turns.rules import PREFERENTIAL_REASONS


class PolicyData(BaseModel):
    """The fields of a policy. What is left out is as in the default policy."""

    model_config = ConfigDict(extra="forbid")

    preferential_calls: Annotated[int, Field(ge=0, le=10)] = DEFAULT_POLICY.preferential_calls
    # At least one in order of arrival (R15 gives preference, not all): else ordinary turns could wait for ever.
    ordinary_calls: Annotated[int, Field(ge=1, le=10)] = DEFAULT_POLICY.ordinary_calls
    ageing_minutes: Annotated[int, Field(ge=0, le=240)] = DEFAULT_POLICY.ageing_minutes
    # Under a quarter of an hour everybody would be overdue at once, and nobody preferred.
    longest_wait_minutes: Annotated[int, Field(ge=15, le=480)] = DEFAULT_POLICY.longest_wait_minutes
    preferential_groups: list[PreferentialReason] = Field(list(get_args(PreferentialReason)), max_length=20)
    older_adult_age: Annotated[int, Field(ge=50, le=80)] = DEFAULT_POLICY.older_adult_age


def parse_policy(content: object) -> Policy:
    """Check the content of a policy. Raises Invalid, with an error for each field that cannot be used."""
    data = parse_object(PolicyData, content)
    return Policy(**{**data.model_dump(), "preferential_groups": frozenset(data.preferential_groups)})


def list_policy_fields(policy: Policy) -> dict[str, Any]:
    """Return the fields of a policy as a file has them."""
    groups = [group for group in PREFERENTIAL_REASONS if group in policy.preferential_groups]
    return {**asdict(policy), "preferential_groups": groups}
