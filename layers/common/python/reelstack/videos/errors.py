"""Refusals of videos: what a user may not see, and what the state of a video does not allow."""

from reelstack.errors import Conflict, Forbidden, Gone, NotFound, Unavailable


class VideoNotFound(NotFound):
    type, title = "video-not-found", "There is no such video"


class VideoRemoved(Gone):
    type, title = "video-removed", "This video was for everybody, and was removed"


class NotYourVideo(Forbidden):
    type, title = "not-your-video", "This video belongs to someone else"


class VideoPrivate(Forbidden):
    type, title = "video-private", "This video is private"


class VideoForFriends(Forbidden):
    type, title = "video-for-friends", "This video is for people who follow its owner and whom its owner follows"


class AccountPrivate(Forbidden):
    type, title = "account-private", "This account shows what it has to its followers only"


class AccountForFriends(Forbidden):
    type, title = (
        "account-for-friends",
        "This account shows what it has to those only who follow it and whom it follows",
    )


class VideoModerated(Forbidden):
    type, title = "video-moderated", "This video was taken out by moderation"


class VideoProcessing(Conflict):
    type, title = "video-processing", "This video is still being made"


class VideoChanging(Unavailable):
    type, title = "video-changing", "Others are changing this video at the same moment; try again"


class VideoNotEditable(Conflict):
    type, title = "video-not-editable", "This video cannot be changed in its present state"


class VideoNotArchivable(Conflict):
    type, title = "video-not-archivable", "Only a published video can be archived, or be restored from its archive"


class NothingToArchive(Conflict):
    type, title = "nothing-to-archive", "Its renditions are so small that an archive would cost more than it saves"


class NotArchived(Conflict):
    type, title = "not-archived", "This video is not archived"


class VideoArchived(Conflict):
    type, title = "video-archived", "This video is archived; its owner can restore it"


class ArchiveInProgress(Conflict):
    type, title = "archive-in-progress", "This video is just being archived; try again in a minute"
    retry_after = 60


class RestoreInProgress(Conflict):
    type, title = "restore-in-progress", "This video is being restored already"


class RestoreTooCostly(Conflict):
    type, title = "restore-too-costly", "Restoring it costs more than the limit that was given"
