"""Where botocore's errors become this package's: AWS error codes and what they mean here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from acgr_connect.aws import denials
from acgr_connect.aws.endpoints import is_loopback
from acgr_connect.aws.operations import OPERATIONS
from acgr_connect.model import errors

BY_CODE: dict[str, type[errors.ConnectError]] = {
    "ResourceNotFoundException": errors.NotFound,
    "ResourceConflictException": errors.Conflict,
    "ResourceInUseException": errors.Conflict,
    "ResourceNotReadyException": errors.Conflict,
    "ContactFlowNotPublishedException": errors.NotFound,
    "IdempotencyException": errors.Conflict,
    "DuplicateResourceException": errors.Conflict,
    "AccessDenied": errors.Denied,
    "AccessDeniedException": errors.Denied,
    "ExpiredTokenException": errors.Denied,
    "ExpiredToken": errors.Denied,
    "IncompleteSignature": errors.Denied,
    "InvalidClientTokenId": errors.Denied,
    "InvalidSignatureException": errors.Denied,
    "MissingAuthenticationToken": errors.Denied,
    "RequestExpired": errors.Denied,
    "SignatureDoesNotMatch": errors.Denied,
    "UnrecognizedClientException": errors.Denied,
    "InvalidRequestException": errors.Refused,
    "InvalidTestCaseException": errors.Refused,
    "InvalidParameterException": errors.Refused,
    "ValidationException": errors.Refused,
    "LimitExceededException": errors.QuotaExceeded,
    "ServiceQuotaExceededException": errors.QuotaExceeded,
    "Throttling": errors.Throttled,
    "ThrottlingException": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "InternalServiceException": errors.Unavailable,
}
"""AWS error codes and what they mean here. `LimitExceeded` is a quota although its status is 429."""

SANDBOX = (
    "if that was the sandbox, it does not run there: `acgr sandbox start` starts it, and `acgr sandbox env` says where"
)
"""What to do where nothing listens at an address of this machine."""


@contextmanager
def translated(region: str) -> Iterator[None]:
    """Raise this package's errors instead of botocore's."""
    try:
        yield
    except ClientError as error:
        raise _translate(error, region) from error
    except (NoConnection, HTTPClientError) as error:
        raise _unanswered(error, region) from error
    except ParamValidationError as error:
        raise errors.Refused(" ".join(str(error).split()), code=type(error).__name__, region=region) from error
    except ResponseParserError as error:
        text = f"the answer cannot be read: {error}"
        raise errors.Unavailable(text, code=type(error).__name__, region=region) from error
    except CredentialRetrievalError as error:
        # What a credential_process wrote to its standard error may contain a secret, and is left out.
        said = f"credentials cannot be had from {error.kwargs.get('provider')}; run it by hand to see why"
        raise errors.Denied(said, code=type(error).__name__, region=region) from None
    except BotoCoreError as error:
        raise errors.Denied(str(error), code=type(error).__name__, region=region) from error


def _unanswered(error: BotoCoreError, region: str) -> errors.ConnectError:
    unavailable = errors.Unavailable(f"no answer: {error}", code=type(error).__name__, region=region)
    asked = urlsplit(str(error.kwargs.get("endpoint_url", "")))
    if isinstance(error, EndpointConnectionError) and is_loopback(asked.hostname or ""):
        unavailable.remedy = SANDBOX
    return unavailable


def _translate(error: ClientError, region: str) -> errors.ConnectError:
    answer = error.response.get("Error", {})
    code = str(answer.get("Code", ""))
    message = str(answer.get("Message") or error.response.get("Message") or "no message")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    unmodelled = errors.Throttled if status == 429 else errors.Unavailable if status >= 500 else errors.ConnectError
    translation = BY_CODE.get(code, unmodelled)(message, code=code, region=region)
    if code in denials.CODES and error.operation_name in OPERATIONS:
        translation.remedy = denials.remedy(message, error.operation_name)
    translation.request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    return translation
