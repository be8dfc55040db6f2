"""Two things that none of the peers has: least data by a policy that can be read, and consent that is taken back."""

from collections.abc import Callable
from uuid import UUID

from flask import Flask

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.authorisations import describe_authorisation
from attention_point.referrals import notices
from tests.portal.support import program, referral_of
from tests.support.pages import PageClient
from tests.support.visits import consents, draft, person

Bearer = Callable[..., dict[str, str]]
# What two services declare differently is seen differently by the two entities, of one and the same person.
NEEDS = {"EMP-SENA": "sena", "MIG-REG": "migracion-colombia"}


def test_peer_10_an_entity_sees_the_least_by_a_policy_that_anyone_can_read(app: Flask, bearer: Bearer) -> None:
    client = PageClient(app, app.response_class)
    body = draft(needs=list(NEEDS), person=person(ethnicity=6), notes="Canarioverde", vulnerabilities=["pregnant"])
    assert client.post("/api/v1/visits", json=body, headers=bearer("intake")).status_code == 201
    for service, entity in NEEDS.items():
        item = client.get("/api/v1/referrals", headers=program(app, entity)).get_json()["referrals"][0]
        assert item["service"] == service
        with app.extensions["database"].read_session() as session:
            declared = set(directory_queries.get_services_by_code(session)[service].fields)
            authorisation = describe_authorisation(session, entity, service)
        # The age is said in place of the birth date; whoever sees a telephone is told whether it is safe to call.
        assert set(item["person"]) <= declared | {"phone_safe"}
        assert "ethnicity" not in item["person"]
        # What the person is told before anything is sent has a word for each field, of this entity and this service.
        assert authorisation is not None
        assert len(authorisation.fields) + len(authorisation.withheld) >= len(declared) > 0
    # The policy is a public page, for which nobody signs in.
    assert app.test_client().get("/privacy/policy").status_code == 200


def test_peer_11_consent_is_by_entity_and_version_and_its_withdrawal_recalls_what_is_open(
    app: Flask, bearer: Bearer
) -> None:
    client, header = PageClient(app, app.response_class), bearer("intake")
    body = draft(needs=list(NEEDS), consents=consents(("attention", True), ("referral:sena", True)))
    answer = client.post("/api/v1/visits", json=body, headers=header).get_json()
    # Only to the entity to which the person agreed, under the text that was read to her.
    assert {referral["entity"] for referral in answer["referrals"]} == {"sena"}
    referral, sena = referral_of(answer, "sena"), program(app, "sena")
    with app.extensions["database"].write_session() as session:
        notices.take_notices(session)
    withdrawal = {"reason": "Ya no autoriza", "draft": {"consents": consents(("referral:sena", False))}}
    corrected = client.post(f"/api/v1/visits/{body['id']}/corrections", json=withdrawal, headers=header)
    assert corrected.status_code == 200
    assert client.get(f"/api/v1/referrals/{referral}", headers=sena).get_json()["state"] == "withdrawn"
    # The entity is told, without being told whom.
    with app.extensions["database"].write_session() as session:
        told = [(notice.kind, notice.entity, notice.referral_ids) for notice in notices.take_notices(session)]
    assert told == [("withdrawn", "sena", (UUID(str(referral)),))]
    # Without a text's version no consent is taken.
    unversioned = draft(consents=[{"purpose": "referral:sena", "granted": True}])
    assert client.post("/api/v1/visits", json=unversioned, headers=header).status_code == 422
