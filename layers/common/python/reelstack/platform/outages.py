"""Whether an error says that AWS was slow, throttled or away, so that the same request may succeed in a moment."""

from collections.abc import Iterator

from reelstack.platform import aws

BUSY = frozenset(
    (
        *("ProvisionedThroughputExceededException", "ThrottlingException", "Throttling", "ThrottledException"),
        *("RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "TooManyRequestsException"),
        *("SlowDown", "BandwidthLimitExceeded", "LimitExceededException", "TransactionInProgressException"),
        *("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"),
        *(
            "InternalError",
            "InternalServerError",
            "InternalFailure",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ),
    )
)
"""Codes of AWS's services that another attempt may not meet again."""
SERVER_ERROR = 500


def is_outage(error: BaseException) -> bool:
    """Also of an error that a library or a module of ours wrapped."""
    return any(_says_so(one) for one in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from: pynamodb keeps that in `cause`."""
    seen: set[int] = set()
    following: object = error
    while isinstance(following, BaseException) and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = getattr(following, "cause", None) or following.__cause__


def _says_so(error: BaseException) -> bool:
    # Imported by whoever got such an error; a process that has no client pays nothing for it.
    from botocore.exceptions import ClientError, HTTPClientError

    if isinstance(error, HTTPClientError):  # no connection, or no answer within the time
        return True
    if not isinstance(error, ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return aws.error_code(error) in BUSY or status >= SERVER_ERROR
