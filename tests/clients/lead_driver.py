"""Drives the Python client of the flat API through everything it can meet."""

import time
from unittest import mock

from check import KEYS, ORIGIN, STOPPED, caught, check, lead
from lead_client import LeadAPIClient, LeadAPIError, RateLimitError

BASE = f"{ORIGIN}/api/v1"


def client(key="api_key"):
    return LeadAPIClient(KEYS.get(key, key), BASE)


def refused(call, status, code):
    error = caught(LeadAPIError, call)
    assert (error.status, error.code) == (status, code), (error.status, error.code)
    assert str(error) and isinstance(error.details, dict)
    return error


def waits(call):
    """What a call returns, and the seconds of each wait; the waits are real."""
    with mock.patch("time.sleep", side_effect=time.sleep) as sleep:
        return call(), [one.args[0] for one in sleep.call_args_list]


@check("creates a lead and reads it back")
def _():
    sent = lead()
    created = client().create_lead(sent)
    assert created["success"] is True and created["data"]["id"].startswith("lead_")
    read = client().make_request(f"/leads/{created['data']['id']}")
    assert (read["data"]["name"], read["data"]["email"]) == (sent["name"], sent["email"])


@check("VALIDATION_ERROR names the field, its value and what is wrong, and is not retried")
def _():
    call = lambda: client().create_lead_with_retry(lead(email="invalid-email"))
    error, slept = waits(lambda: refused(call, 400, "VALIDATION_ERROR"))
    assert (error.details["field"], error.details["value"]) == ("email", "invalid-email")
    assert error.details["message"] and slept == []


@check("LEAD_NOT_FOUND names the lead")
def _():
    error = refused(lambda: client().make_request("/leads/lead_nonexistent123"), 404, "LEAD_NOT_FOUND")
    assert error.details["leadId"] == "lead_nonexistent123"


@check("DUPLICATE_EMAIL names the lead that has the email")
def _():
    sent = lead()
    first = client().create_lead(sent)
    error = refused(lambda: client().create_lead(sent), 409, "DUPLICATE_EMAIL")
    assert error.details["email"] == sent["email"]
    assert error.details["existingLeadId"] == first["data"]["id"]


for key, status, code in [
    ("", 401, "UNAUTHORIZED"),
    ("tg_test_0000000000000000", 401, "UNAUTHORIZED"),
    ("expired_key", 401, "UNAUTHORIZED"),
    ("revoked_key", 401, "UNAUTHORIZED"),
    ("readonly_key", 403, "FORBIDDEN"),
]:

    @check(f"the key {key!r} is {status}")
    def _():
        refused(lambda: client(key).create_lead(lead()), status, code)


for fault, status, code in [
    ("internal", 500, "INTERNAL_ERROR"),
    ("unavailable", 503, "SERVICE_UNAVAILABLE"),
    ("timeout", 504, "TIMEOUT"),
]:

    @check(f"the fault {fault} is {status}, and the retry gets through once it is over")
    def _():
        faulty = client()
        faulty.session.headers["X-Tollgate-Fault"] = fault
        refused(lambda: faulty.create_lead(lead()), status, code)

        def over(response, **_):
            faulty.session.headers.pop("X-Tollgate-Fault", None)

        faulty.session.hooks["response"].append(over)
        created, slept = waits(lambda: faulty.create_lead_with_retry(lead(), max_retries=1))
        assert created["success"] is True and slept == [1]


@check("a rate limit says how long to wait, and the retry gets through")
def _():
    limited = client("limited_key")
    # The second may be over between the refusal and the call that is to be retried: then once more.
    for _ in range(5):
        error = None
        for _ in range(50):
            try:
                limited.make_request("/leads")
            except RateLimitError as e:
                error = e
                break
        assert error is not None, "never refused"
        assert (error.status, error.code) == (429, "RATE_LIMIT_EXCEEDED")
        assert isinstance(error.retry_after, int) and error.retry_after > 0
        assert {name.lower(): value for name, value in error.headers.items()}["x-ratelimit-remaining"] == "0"
        created, slept = waits(lambda: limited.create_lead_with_retry(lead()))
        assert created["success"] is True
        if slept:
            assert slept == [error.retry_after], slept
            return
    raise AssertionError("the retry never had to wait")


@check("a server that is down is a LeadAPIError of status 0")
def _():
    error = caught(LeadAPIError, lambda: LeadAPIClient(KEYS["api_key"], f"{STOPPED}/api/v1").create_lead(lead()))
    assert error.status == 0 and str(error).startswith("Network error: ")
