"""A client of the nested API with the behaviour and the call shape of the document's Python client.

It takes the members of `error` as arguments of `ApiError`, so one member too many breaks it.
"""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import requests

# The document has constants; here several keys and servers are tried.
BASE = ""
API_KEY = ""


@dataclass
class ApiError:
    code: str
    message: str
    details: Optional[List[Dict[str, str]]] = None
    request_id: Optional[str] = None


class ApiException(Exception):
    def __init__(self, error: ApiError, status_code: int):
        self.error = error
        self.status_code = status_code
        super().__init__(error.message)


def api_request(method: str, url: str, **kwargs) -> Dict[str, Any]:
    response = requests.request(method, f"{BASE}{url}", headers={"Authorization": f"Bearer {API_KEY}"}, **kwargs)
    result = response.json()
    if not result.get("success"):
        error_data = result.get("error", {})
        raise ApiException(ApiError(**error_data), response.status_code)
    return result.get("data")
