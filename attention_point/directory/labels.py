"""The directory's words, as message ids."""

from attention_point.foundation.language import N_

LABELS = {
    "need": N_("Need"),
    "kind": N_("Kind of entity"),
    "name": N_("Full name"),
    "short": N_("Short name"),
    "description": N_("What people go there for"),
    "receives_referrals": N_("People are sent there"),
    "address": N_("Address"),
    "hours": N_("Hours"),
    "phone": N_("Telephone"),
    "confirmed_on": N_("Confirmed on"),
    "verified": N_("Checked against its source"),
    "legal_basis": N_("Legal basis"),
    "restricted": N_("Restricted service"),
    "documents_none": N_("No paper may be asked for"),
    "documents": N_("Documents accepted"),
    "papers": N_("Papers to bring"),
    "conditions": N_("Who may use it"),
    "fields": N_("Data that the entity sees"),
    "offers": N_("Who offers it"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
}

KINDS = {
    "national": N_("National"),
    "municipal": N_("Municipal"),
    "international": N_("International"),
}

FIELDS = {
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
"""What a service may show its entity (``reading.PORTAL_FIELDS``)."""

STANDINGS = {"current": N_("In force"), "past": N_("No longer in force"), "future": N_("Not in force yet")}
CONFIRMATIONS = {"to-confirm": N_("To be confirmed"), "stale": N_("Confirm again"), "confirmed": N_("Confirmed")}
FILTERS = {
    "current": N_("In force today"),
    "past": N_("No longer in force"),
    "future": N_("Not in force yet"),
    "to-confirm": N_("Contact to be confirmed"),
    "all": N_("All"),
}
