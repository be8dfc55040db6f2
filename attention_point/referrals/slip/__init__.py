"""The slip that a visitor takes along: built of a visit's referrals, and of what was suggested and not sent."""

from attention_point.referrals.slip.building import SlipVisit, build_slip, describe_offer, list_offer_lines
from attention_point.referrals.slip.guidance import Guidance, describe_guidance
from attention_point.referrals.slip.places import SlipTraveller

__all__ = [
    "Guidance",
    "SlipTraveller",
    "SlipVisit",
    "build_slip",
    "describe_guidance",
    "describe_offer",
    "list_offer_lines",
]
