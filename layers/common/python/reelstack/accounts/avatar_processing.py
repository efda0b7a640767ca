"""Makes the avatar of an uploaded picture: reads it, re-encodes it, has it inspected, and publishes it.

The same event again finds the sent picture gone and changes nothing; of two pictures the later one stays. A form can be
posted many times while it is good: the picture is judged the first time, and what comes after is only removed.
"""

from enum import StrEnum

from pynamodb.expressions.update import Action

from reelstack.accounts import image_sanitizer, users
from reelstack.accounts.avatars import CACHE_CONTROL, SENT, SHOWN, Problem
from reelstack.accounts.errors import UserNotFound
from reelstack.accounts.image_sanitizer import PictureUnreadable
from reelstack.classification import rekognition_images, verdicts
from reelstack.classification.onnx_models import engine
from reelstack.classification.verdicts import Verdict
from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.platform.telemetry import count
from reelstack.tables.accounts import User


class Outcome(StrEnum):
    SHOWN = "shown"
    REFUSED = "refused"
    LATE = "late"
    """A later picture is shown, this one was judged before, or the account is gone."""
    GONE = "gone"
    """What was sent is not there: this event came before."""


def publish(key: str) -> Outcome:
    """Makes the avatar of the picture sent as `key` in the uploads bucket."""
    if not storage.list_keys("uploads", key):
        return Outcome.GONE
    user_id, _, name = key.removeprefix(SENT).rpartition("/")
    outcome = _publish(user_id, key, f"{SHOWN}{user_id}/{name}.jpg")
    storage.delete("uploads", key)
    count(f"Avatar{outcome.title()}")
    return outcome


def _publish(user_id: str, key: str, shown: str) -> Outcome:
    try:
        user = users.find(user_id)
    except UserNotFound:
        return Outcome.LATE
    if (user.avatar and user.avatar > shown) or (user.avatar_judged or "") >= shown:
        return Outcome.LATE
    try:
        picture = image_sanitizer.square(_read(key))
    except PictureUnreadable:
        return _refuse(user, shown, Problem.UNREADABLE)
    if _judge(picture) is not Verdict.APPROVE:
        return _refuse(user, shown, Problem.MODERATED)
    storage.write("media", shown, picture, "image/jpeg", CACHE_CONTROL)
    _show(user, shown)
    return Outcome.SHOWN


def _read(key: str) -> bytes:
    """Raises PictureUnreadable for more than the form allowed, which storage should have refused."""
    answer = aws.client("s3").get_object(Bucket=config().uploads_bucket, Key=key)
    if answer["ContentLength"] > config().max_avatar_bytes:
        raise PictureUnreadable(f"{answer['ContentLength']} bytes")
    return answer["Body"].read()


def _judge(picture: bytes) -> Verdict:
    """By the stage's engines and thresholds for frames. There is no queue for avatars: in doubt it is not shown."""
    names = config().moderation_engines.split(",")
    if names == ["rekognition"]:
        seen = rekognition_images.seen_in_picture(picture)
    else:
        seen = verdicts.agree([engine(name).look([picture])[0] for name in names])
    thresholds = verdicts.read_thresholds(config().moderation_thresholds)
    return verdicts.judge(seen, thresholds, verdicts.known_by(names)).verdict


def _show(user: User, shown: str) -> None:
    """Fails, and the event comes again, when the account was changed to another avatar meanwhile."""
    before = user.avatar
    unchanged = User.avatar == before if before else User.avatar.does_not_exist()
    user.update(
        actions=[User.avatar.set(shown), User.avatar_judged.set(shown), User.avatar_problem.remove()],
        condition=unchanged & User.deleted_at.does_not_exist(),
    )
    if before and before != shown:
        storage.delete("media", before)


def _refuse(user: User, shown: str, problem: Problem) -> Outcome:
    judged: list[Action] = [User.avatar_problem.set(problem), User.avatar_judged.set(shown)]
    user.update(actions=judged, condition=User.deleted_at.does_not_exist())
    return Outcome.REFUSED
