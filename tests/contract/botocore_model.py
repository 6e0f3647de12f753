"""Connect as botocore reads it, which makes requests and reads answers beside the sandbox's own reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from botocore.serialize import create_serializer
from botocore.session import Session

MODEL: Any = Session().get_service_model("connect")
"""A `botocore.model.ServiceModel`."""


def serialized(name: str, params: dict[str, Any]) -> tuple[str, str, str, dict[str, str], str | bytes]:
    """Method, path, query, headers and body of the request that botocore makes of parameters."""
    made = create_serializer("rest-json", include_validation=False).serialize_to_request(
        params, MODEL.operation_model(name)
    )
    query = urlencode(made["query_string"], doseq=True, quote_via=quote) if made["query_string"] else ""
    return made["method"], made["url_path"], query, made["headers"], made["body"]
