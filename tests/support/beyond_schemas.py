"""Which requests are refused though their schema takes them, and which are taken though it does not: rules that JSON
Schema and OpenAPI have no words for."""

from typing import Any

import jsonschema

from reelstack.platform import text
from tests.support.asking import described

CONTENT_TYPE = "RFC 9110 compares media types without case and parameters; 415 is its status for one that is not taken"
ONE_OF_TWO = "one of two parameters must say something, and what is blank is decided by Unicode"
ONESELF = "the caller's own id is an id"
STAGE = "what a stage takes is its setting"
BEYOND: dict[tuple[str, str], str] = {
    ("GET /v1/search/videos", "search-empty"): ONE_OF_TWO,
    ("GET /v1/search/users", "search-empty"): ONE_OF_TWO,
    ("POST /v1/uploads", "media-type-not-allowed"): CONTENT_TYPE,
    ("POST /v1/uploads", "file-too-large"): STAGE,
    ("POST /v1/me/avatar", "image-type-not-allowed"): CONTENT_TYPE,
    ("POST /v1/uploads/{upload_id}/parts", "part-number-out-of-range"): "how many parts there are follows of its size",
    ("POST /v1/videos/{video_id}/produce", "rendition-unknown"): STAGE,
    ("PUT /v1/me/handle", "handle-invalid"): "what was typed is folded before it is judged: capitals, @, full width",
    ("POST /v1/videos/{video_id}/comments", "not-a-thread"): "the id of a reply has the form of a comment's",
    ("PUT /v1/users/{user_id}/follow", "self-relationship"): ONESELF,
    ("PUT /v1/users/{user_id}/block", "self-relationship"): ONESELF,
}
"""By route and type of problem."""
NO_TEXT = ("String should have at least 1 character", "The text ", "Value error, has only characters that can be seen")
"""How a field that a person writes is refused in any route: it is measured in its normal form, in which control
characters are nothing, and which characters those are is Unicode's to say."""


def explained(route: str, problem: dict[str, object]) -> bool:
    """Whether a refusal of something that has the right form is one of these."""
    kind = str(problem["type"]).rsplit("/", 1)[1]
    if kind == "request-too-large":  # the description says so in its own word, x-max-body-bytes
        return True
    errors = problem.get("errors")
    if kind == "invalid-request" and isinstance(errors, list):
        return all(
            error["field"].startswith(("body.", "query.")) and error["says"].startswith(NO_TEXT) for error in errors
        )
    return (route, kind) in BEYOND


def is_right_once_normal(route: str, body: Any) -> bool:
    """Whether a body has the right form once its texts are in their normal form, which is what is measured: what is
    longer than `maxLength` by characters that are not seen is not too long."""
    method, path = route.split(" ")
    operation = described()["paths"][path][method.lower()]
    if "requestBody" not in operation or _normal(body) == body:
        return False
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": described()["components"]}
    return jsonschema.Draft202012Validator(whole).is_valid(_normal(body))


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _normal(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_normal(one) for one in value]
    if not isinstance(value, str):
        return value
    try:
        return text.normal(value, lines=True)
    except text.NotText:
        return value
