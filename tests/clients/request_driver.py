"""Drives the Python client of the nested API through every code of its document."""

import re
import time

import request_client
import requests
from check import KEYS, ORIGIN, STOPPED, caught, check, lead
from request_client import ApiException, api_request

request_client.BASE = f"{ORIGIN}/v1"


def use(key):
    request_client.API_KEY = KEYS.get(key, key)


def create(**changes):
    return api_request("POST", "/leads", json=lead(**changes))


def with_header(name, value):
    """The client has no room for headers; what `requests` calls authentication can add one."""

    def add(request):
        request.headers[name] = value
        return request

    return add


def refused(call, status, code):
    error = caught(ApiException, call)
    assert (error.status_code, error.error.code) == (status, code), (error.status_code, error.error)
    assert error.error.message and str(error) == error.error.message
    assert isinstance(error.error.details, list)
    assert re.fullmatch("req_[A-Za-z0-9]+", error.error.request_id)
    return error


use("api_key")


@check("creates a lead and reads it back")
def _():
    sent = lead()
    created = api_request("POST", "/leads", json=sent)
    assert created["id"].startswith("lead_")
    read = api_request("GET", f"/leads/{created['id']}")
    assert (read["name"], read["email"]) == (sent["name"], sent["email"])


@check("VALIDATION_ERROR lists every field")
def _():
    error = refused(lambda: create(email="nope", price={"amount": -1}, bedrooms=99), 422, "VALIDATION_ERROR")
    assert [detail["field"] for detail in error.error.details or []] == ["email", "price.amount", "bedrooms"]
    assert all(detail["message"] for detail in error.error.details)


@check("ALREADY_EXISTS is 409")
def _():
    sent = lead()
    api_request("POST", "/leads", json=sent)
    refused(lambda: api_request("POST", "/leads", json=sent), 409, "ALREADY_EXISTS")


@check("CONFLICT is 409")
def _():
    made = create()["id"]
    stale = with_header("If-Match", '"v0"')
    refused(lambda: api_request("PATCH", f"/leads/{made}", json={"bedrooms": 3}, auth=stale), 409, "CONFLICT")


@check("GONE is 410")
def _():
    made = create()["id"]
    api_request("DELETE", f"/leads/{made}")
    refused(lambda: api_request("GET", f"/leads/{made}"), 410, "GONE")


for status, code, call in [
    (422, "MISSING_REQUIRED_FIELD", lambda: api_request("POST", "/leads", json={"unknown": 1})),
    (422, "INVALID_FIELD_VALUE", lambda: create(status="asleep")),
    (400, "INVALID_FORMAT", lambda: api_request("POST", "/leads", json=[])),
    (404, "NOT_FOUND", lambda: api_request("GET", "/leads/lead_123")),
    (500, "INTERNAL_ERROR", lambda: api_request("GET", "/leads", auth=with_header("X-Tollgate-Fault", "internal"))),
    (503, "SERVICE_UNAVAILABLE", lambda: api_request("GET", "/leads", auth=with_header("X-Tollgate-Fault", "unavailable"))),
    (504, "TIMEOUT", lambda: api_request("GET", "/leads", auth=with_header("X-Tollgate-Fault", "timeout"))),
]:

    @check(f"{code} is {status}")
    def _():
        refused(call, status, code)


for key, status, code in [
    ("", 401, "UNAUTHORIZED"),
    ("tg_test_0000000000000000", 401, "INVALID_API_KEY"),
    ("expired_key", 401, "TOKEN_EXPIRED"),
    ("revoked_key", 401, "API_KEY_REVOKED"),
    ("suspended_key", 403, "FORBIDDEN"),
    ("readonly_key", 403, "INSUFFICIENT_PERMISSIONS"),
    ("no_workspace_key", 403, "WORKSPACE_ACCESS_DENIED"),
]:

    @check(f"{code} is {status}")
    def _():
        use(key)
        refused(create, status, code)


def exhausted(key):
    """Asks until it is refused; gives the refusal and the wait, which the client drops, from the wire."""
    use(key)
    waits = []
    look = {"response": lambda response, **_: waits.append(response.headers.get("Retry-After"))}
    for _ in range(50):
        try:
            api_request("GET", "/leads", hooks=look)
        except ApiException as error:
            return error, int(waits[-1])
    raise AssertionError("never refused")


def again(error):
    raise error


@check("RATE_LIMIT_EXCEEDED is 429, and whoever waits is served")
def _():
    error, wait = exhausted("limited_key")
    refused(lambda: again(error), 429, "RATE_LIMIT_EXCEEDED")
    assert wait > 0
    time.sleep(wait)
    assert create()["id"].startswith("lead_")


@check("DAILY_LIMIT_EXCEEDED is 429")
def _():
    error, wait = exhausted("daily_key")
    refused(lambda: again(error), 429, "DAILY_LIMIT_EXCEEDED")
    assert wait > 0


@check("a server that is down is a ConnectionError of requests")
def _():
    request_client.BASE = f"{STOPPED}/v1"
    caught(requests.exceptions.ConnectionError, lambda: api_request("GET", "/leads"))
