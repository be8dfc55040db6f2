"""The labels of the directory, as message ids."""

from attention_point.foundation.language import N_

# In the order of the page, which ``list_differences`` follows.
FIELD_LABELS = {
    "need": N_("Need"),
    "kind": N_("Kind of entity"),
    "name": N_("Full name"),
    "short": N_("Short name"),
    "description": N_("Purpose"),
    "municipality": N_("Municipality of the point"),
    "receives_referrals": N_("Receives referrals"),
    "address": N_("Address"),
    "hours": N_("Hours"),
    "phone": N_("Telephone"),
    "confirmed_on": N_("Confirmed on"),
    "verified": N_("Checked against its source"),
    "legal_basis": N_("Legal basis"),
    "restricted": N_("Restricted service"),
    "documents_none": N_("No documents may be requested"),
    "documents": N_("Documents accepted"),
    "papers": N_("Documents to bring"),
    "conditions": N_("Eligibility"),
    "clock": N_("Working days of a referral: to open, to answer, to expire"),
    "fields": N_("Data that the entity sees"),
    "offers": N_("Who offers it"),
    "print_format": N_("Paper of the slip"),
    "order": N_("What the form asks first"),
    "self_intake": N_("Visitors may type their own data at the kiosk"),
    "retention_years": N_("Years that data are kept after the last visit"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
}

KIND_LABELS = {"national": N_("National"), "municipal": N_("Municipal"), "international": N_("International")}

# The papers that a slip is drawn for, and the two orders of the form of a visit.
PRINT_FORMAT_LABELS = {
    "a4": N_("A4 sheet"),
    "half_letter": N_("Half letter (14 × 21.6 cm)"),
    "ticket": N_("Ticket, 80 mm roll"),
}
FORM_ORDER_LABELS = {
    "needs_first": N_("First the needs, then the person"),
    "person_first": N_("First the person, then the needs"),
}

# What a service may show its entity: attributes of the person that ``person_fields.py`` allows, and of the visit.
PORTAL_FIELD_LABELS = {
    "given_names": N_("given names"),
    "surname_1": N_("first surname"),
    "surname_2": N_("second surname"),
    "birth_date": N_("birth date"),
    "age": N_("age"),
    "sex": N_("sex"),
    "nationality": N_("nationality"),
    "documents": N_("identity documents"),
    "phone": N_("phone"),
    "municipality": N_("municipality of residence"),
    "origin": N_("state of origin"),
    "population": N_("population group"),
    "education": N_("education"),
    "household": N_("who came along"),
    "vulnerabilities": N_("situations to take into account"),
    "notes": N_("the agent's notes"),
}

VALIDITY_LABELS = {"current": N_("In force"), "past": N_("No longer in force"), "future": N_("Not in force yet")}
CONFIRMATION_LABELS = {"to-confirm": N_("To be confirmed"), "stale": N_("Confirm again"), "confirmed": N_("Confirmed")}
# ``to-confirm`` lists the entities that the office still has to call about their contact data.
FILTER_LABELS = {
    "current": N_("In force today"),
    "past": N_("No longer in force"),
    "future": N_("Not in force yet"),
    "to-confirm": N_("Contact to be confirmed"),
    "all": N_("All"),
}
