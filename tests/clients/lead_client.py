"""A client of the flat API with the behaviour and the call shape of the document's Python client."""

import time
from typing import Any, Dict

import requests


class LeadAPIError(Exception):
    def __init__(self, message: str, status: int, code: str = None, details: Dict = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details or {}


class RateLimitError(LeadAPIError):
    def __init__(self, message: str, retry_after: int, headers: Dict):
        super().__init__(message, 429, "RATE_LIMIT_EXCEEDED")
        self.retry_after = retry_after
        self.headers = headers


class LeadAPIClient:
    def __init__(self, api_key: str, base_url: str):
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"})

    def make_request(self, endpoint: str, method: str = "GET", data: Dict = None) -> Dict[str, Any]:
        try:
            response = self.session.request(method, f"{self.base_url}{endpoint}", json=data)
            if response.status_code == 429:
                retry_after = int(response.headers.get("Retry-After", 60))
                raise RateLimitError("Rate limit exceeded", retry_after, dict(response.headers))
            try:
                json_data = response.json()
            except ValueError:
                raise LeadAPIError("Invalid JSON response", response.status_code)
            if not response.ok:
                raise LeadAPIError(
                    json_data.get("error", "Unknown error"),
                    response.status_code,
                    json_data.get("code"),
                    json_data.get("details"),
                )
            return json_data
        except requests.exceptions.RequestException as e:
            raise LeadAPIError(f"Network error: {str(e)}", 0)

    def create_lead(self, lead_data: Dict[str, Any]) -> Dict[str, Any]:
        return self.make_request("/leads", "POST", lead_data)

    def create_lead_with_retry(self, lead_data: Dict[str, Any], max_retries: int = 3) -> Dict[str, Any]:
        for attempt in range(max_retries + 1):
            try:
                return self.create_lead(lead_data)
            except RateLimitError as e:
                if attempt < max_retries:
                    time.sleep(e.retry_after)
                else:
                    raise
            except LeadAPIError as e:
                if e.status >= 500 and attempt < max_retries:
                    time.sleep(2**attempt)
                else:
                    raise
