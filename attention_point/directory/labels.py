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
    "landmark": N_("Landmark"),
    "neighbourhood": N_("Neighbourhood"),
    "hours": N_("Hours"),
    "hours_note": N_("Note on the hours"),
    "holidays": N_("On public holidays"),
    "appointment": N_("Appointment"),
    "appointment_note": N_("How to get an appointment"),
    "is_free": N_("Free of charge"),
    "cost": N_("What costs how much"),
    "phone": N_("Telephone"),
    "whatsapp": N_("WhatsApp"),
    "email": N_("E-mail"),
    "website": N_("Website"),
    "number": N_("Number"),
    "services": N_("Services given here"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "source": N_("Source of the data"),
    "confirmed_on": N_("Confirmed on"),
    "confirmed_by": N_("Confirmed by"),
    "review_on": N_("Next review"),
    "verified": N_("Checked against its source"),
    "legal_basis": N_("Legal basis"),
    "restricted": N_("Restricted service"),
    "documents_none": N_("No documents may be requested"),
    "documents": N_("Documents accepted"),
    "papers": N_("Documents to bring"),
    "conditions": N_("Eligibility"),
    "clock": N_("Working days of a referral: to open, to answer, to expire"),
    "fields": N_("Data that the entity sees"),
    "instruments": N_("Windows of the procedure"),
    "applies_if": N_("Who it is for"),
    "suggested_if": N_("Who is told of it without asking"),
    "urgent_if": N_("When it is urgent"),
    "closed": N_("What to say when it is closed"),
    "advice": N_("Advice"),
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

# What is known of a place; empty is "nobody knows".
HOLIDAY_LABELS = {"closed": N_("Closed on public holidays"), "open": N_("Open on public holidays")}
APPOINTMENT_LABELS = {"required": N_("With an appointment"), "walk_in": N_("Without an appointment")}
FREE_LABELS = {"yes": N_("Free of charge"), "no": N_("Not free")}

# Monday is 1, as ISO 8601 counts.
WEEKDAY_LABELS = {
    1: N_("Monday"),
    2: N_("Tuesday"),
    3: N_("Wednesday"),
    4: N_("Thursday"),
    5: N_("Friday"),
    6: N_("Saturday"),
    7: N_("Sunday"),
}

CHANGE_LABELS = {
    "add": N_("Added"),
    "edit": N_("Edited"),
    "confirm": N_("Confirmed"),
    "approve": N_("Proposal of the entity approved"),
    "import": N_("Loaded from a map of services"),
    "load": N_("Loaded from a file"),
}
PROPOSAL_LABELS = {
    "open": N_("Waits for the office"),
    "approved": N_("Approved by the office"),
    "refused": N_("Not approved"),
    "withdrawn": N_("Withdrawn"),
}

VALIDITY_LABELS = {"current": N_("In force"), "past": N_("No longer in force"), "future": N_("Not in force yet")}
FRESHNESS_LABELS = {
    "unconfirmed": N_("To be confirmed"),
    "stale": N_("Confirm again"),
    "ending": N_("Ends soon"),
    "fresh": N_("Confirmed"),
}
# ``to-confirm`` lists the entities that the office still has to call about their places.
FILTER_LABELS = {
    "current": N_("In force today"),
    "past": N_("No longer in force"),
    "future": N_("Not in force yet"),
    "to-confirm": N_("Contact to be confirmed"),
    "all": N_("All"),
}
