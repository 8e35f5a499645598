"""What can go wrong, as the rooms say it. Only the roof (commentsvc/errors.py) turns it into HTTP."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something a caller asked for cannot be done. `str(error)` is a sentence for the person who asked.

    `more` is what a program needs besides, by the names of the answer's fields.
    """

    http_status = 400
    code = "bad_request"
    title = "The request cannot be carried out"
    more: Mapping[str, object] = {}


class NotFound(DomainError):
    """Missing, or not to be known by whoever asks: both look the same."""

    http_status, code, title = 404, "not_found", "Not found"


class UnknownSite(NotFound):
    code, title = "unknown_site", "Unknown site"


class Forbidden(DomainError):
    http_status, code, title = 403, "forbidden", "Not allowed"


class Unauthorized(DomainError):
    http_status, code, title = 401, "unauthorized", "Sign-in needed"


class OriginNotAllowed(Forbidden):
    code, title = "origin_not_allowed", "Origin not allowed"


class Conflict(DomainError):
    http_status, code, title = 409, "conflict", "Conflict"


class Stale(Conflict):
    """Somebody or something changed it after the actor looked."""

    code, title = "stale", "Changed meanwhile"


class MalformedJson(DomainError):
    code, title = "malformed_json", "Malformed JSON"


class WrongEncoding(DomainError):
    code, title = "wrong_encoding", "Wrong encoding"


class UnsupportedMediaType(DomainError):
    http_status, code, title = 415, "unsupported_media_type", "Unsupported content type"


class ValidationFailed(DomainError):
    """One or more fields are wrong.

    `fields` maps each field's name to the sentences that say what is wrong with it.
    """

    http_status, code, title = 422, "validation_failed", "Some fields need attention"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: list(messages) for name, messages in fields.items()}
        super().__init__(" ".join(message for messages in self.fields.values() for message in messages))


class Overloaded(DomainError):
    """Others are at it; come back after `retry_after` seconds."""

    http_status, code, title, retry_after = 503, "unavailable", "Unavailable", 1


class StorageAway(DomainError):
    """Files can be neither read nor kept just now; come back after `retry_after` seconds.

    `reason` is for whoever runs the service, not for whoever asked.
    """

    http_status, code, title, retry_after = 503, "unavailable", "Unavailable", 10

    def __init__(self, reason: str) -> None:
        super().__init__("Files cannot be read or kept just now. Nothing was stored; please try again.")
        self.reason = reason


class TooFast(DomainError):
    """Come back after `retry_after` seconds."""

    http_status, code, title = 429, "too_fast", "Too fast"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
