"""Fields that several registers have alike."""

from attention_point.foundation.codelists import CodeList
from attention_point.foundation.language import N_
from attention_point.registers.shared.schema.schema import CODE, INTEGER, LONG_TEXT, TAGS, Field

PART_DATE_HINT = N_("The day, or only what is known: 2017, 03/2017 or 17/03/2017.")
ONE_PER_LINE_HINT = N_("One per line.")
# What happens in December is often reported in the next year's report, and of an old event only the year is known.
_YEAR_HINT = N_("Only if the date is not known, or if it belongs in another year's report.")
NAME_FIELD = Field("name", N_("Name"), required=True, searched=True)
YEAR_FIELD = Field("year", N_("Year of the report"), INTEGER, maximum=2200, hint=_YEAR_HINT, copied=False)
TAGS_FIELD = Field("tags", N_("Tags"), TAGS, filtered=True, hint=N_("Separated by commas."))
# What is told of a record in the year's report: the first ends the sentence "Tuvo como fin …".
PURPOSE_FIELD = Field(
    "purpose", N_("What it is for"), LONG_TEXT, searched=True, hint=N_("It ends the sentence “Its aim was to …”.")
)
NEXT_STEPS_FIELD = Field(
    "next_steps",
    N_("Next step"),
    LONG_TEXT,
    searched=True,
    copied=False,
    hint=N_("It ends the sentence “As the next step, …”. The report says it as something that is still ahead."),
)
NOTES_FIELD = Field("notes", N_("Notes"), LONG_TEXT, searched=True, copied=False)


def build_state_field(codes: CodeList, *, required: bool = True, hint: str = "") -> Field:
    """Build the field ``state``, which stands in the list as a tag and filters it."""
    return Field(
        "state", N_("State"), CODE, required=required, codes=codes, hint=hint, listed=True, filtered=True, copied=False
    )
