"""The buckets: what each keeps, for how long, and who reads it."""

from typing import Any

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.page_origins import page_origins
from infra.settings import Settings
from reelstack.behavior import archive
from reelstack.privacy import event_erasure, event_export, exports
from reelstack.production import originals
from reelstack.tiering import moves
from reelstack.videos import archive_objects

LOG_DAYS = 90
HOT_LIST_DAYS = 7
"""While they cannot be made anew, old ones are served, marked `stale`."""
DAY = Duration.days(1)
TIERING_DAYS = 40
"""Plans, reports and reads by object: a policy looks back 30 days. What tells since when an object is in its class is
written anew each night."""
CLASSES = {
    "STANDARD_IA": s3.StorageClass.INFREQUENT_ACCESS,
    "GLACIER_IR": s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
    "INTELLIGENT_TIERING": s3.StorageClass.INTELLIGENT_TIERING,
}
LOADED = ("viewer_records", "clip_records", "play_counts")
"""Of profiles/: what functions load into tables in the same night."""
LOADED_DAYS = 15
"""A night that failed can be redriven for 14 days."""
VIEWER_DAYS = 90
"""How long reports of experiments can look back: 60 days and a week before, and each line names a viewer."""
REPORTS = ("quality", "play_counts_report", "training_report", "parity")
STAGING_DAYS = 2
"""A night takes 22 hours at most; what is there later is of one that broke off."""
UNPRODUCED_DAYS = 30
ORIGINALS = {
    "instant": s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
    "flexible": s3.StorageClass.GLACIER,
    "deep": s3.StorageClass.DEEP_ARCHIVE,
}
"""By `originals_policy`."""
MADE = ("profiles/", "training/", "lists/", "items/", "rank/", "_staging/")
"""What jobs make, and can make again."""


class Buckets:
    """`logs`, `uploads`, `intermediates`, `media` and `web`, made in `scope`, and `data` in profile `full`."""

    def __init__(self, scope: Construct, settings: Settings, removal: RemovalPolicy) -> None:
        self._scope, self._settings, self._removal = scope, settings, removal
        self.logs = self._logs()
        self.uploads = self._uploads()
        self.intermediates = self._intermediates()
        self.media = self._bucket("Media", lifecycle_rules=_media_rules(settings))
        self.web = self._bucket("Web")
        self.data = self._data() if settings.profile == "full" else None
        self._let_cdn_read(self.media, "v/*", "u/*", "feed/*")
        self._let_cdn_read(self.web, "*")

    def _bucket(self, name: str, **kwargs: Any) -> s3.Bucket:
        kwargs.setdefault("versioned", True)
        old_versions = s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=Duration.days(7),
            # What is left of a deleted object is a marker with its key, and avatars' keys name their owners.
            expired_object_delete_marker=True,
        )
        rules = [old_versions, *kwargs.pop("lifecycle_rules", [])]
        if name != "Logs":
            kwargs |= {"server_access_logs_bucket": self.logs, "server_access_logs_prefix": f"s3/{name.lower()}/"}
        return s3.Bucket(
            self._scope,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=kwargs.pop("object_ownership", s3.ObjectOwnership.BUCKET_OWNER_ENFORCED),
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=None if self._settings.is_local else 1.2,
            removal_policy=self._removal,
            lifecycle_rules=rules,
            **kwargs,
        )

    def _logs(self) -> s3.Bucket:
        return self._bucket(
            "Logs",
            versioned=False,
            # CloudFront's standard logs are still written through ACLs.
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            lifecycle_rules=[s3.LifecycleRule(id="logs-expire", expiration=Duration.days(LOG_DAYS))],
        )

    def _uploads(self) -> s3.Bucket:
        settings = self._settings
        bucket = self._bucket(
            "Uploads",
            transfer_acceleration=settings.transfer_acceleration,
            # PUT sends a part, GET lists parts, POST joins them (Uppy speaks S3's own protocol).
            cors=[self._sent_by_pages(s3.HttpMethods.PUT, s3.HttpMethods.GET, s3.HttpMethods.POST)],
            lifecycle_rules=_uploads_rules(settings),
        )
        # Set on the bucket itself: CDK's `event_bridge_enabled` would add a custom resource to set the same.
        plain = bucket.node.default_child
        assert isinstance(plain, s3.CfnBucket)
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        return bucket

    def _intermediates(self) -> s3.Bucket:
        """Chunks of uploads, and what the steps of a production hand each other. It announces nothing: EventBridge
        cannot be told a prefix, and a clip has some fifty such objects, each of which was an event that no rule took.
        Without old versions a deleted object is gone, and nothing is stored twice."""
        return self._bucket(
            "Intermediates",
            versioned=False,
            transfer_acceleration=self._settings.transfer_acceleration,
            cors=[self._sent_by_pages(s3.HttpMethods.PUT)],
            lifecycle_rules=[
                s3.LifecycleRule(id="broken-off-writes", abort_incomplete_multipart_upload_after=Duration.days(2)),
                # Chunks go when their upload is composed or aborted; this is for those nobody came back to.
                s3.LifecycleRule(id="orphaned-chunks", prefix="chunks/", expiration=Duration.days(7)),
                s3.LifecycleRule(id="work-files", prefix="work/", expiration=Duration.days(2)),
            ],
        )

    def _sent_by_pages(self, *methods: s3.HttpMethods) -> s3.CorsRule:
        """Presigned requests of the web app, and of the pages that the settings name."""
        return s3.CorsRule(
            allowed_methods=list(methods),
            allowed_origins=page_origins(self._settings) or ["https://*.cloudfront.net"],
            allowed_headers=["*"],
            exposed_headers=["ETag", "x-amz-checksum-crc64nvme"],
            max_age=3600,
        )

    def _data(self) -> s3.Bucket:
        """An erasure rewrites objects; what it replaced is gone when old versions are: of what jobs make a day later,
        of all else after a week as everywhere.

        No age ends profiles/{viewers,clips,creators}/, lists/, rank/ and items/: the newest are in service however old
        they are, so the jobs delete those before (jobs.profiles.snapshots, jobs.ranker.retention).
        """
        events, training = self._settings.event_days, self._settings.training_days
        kept = {
            "events": (archive.PREFIX, events),
            "compacted-events": (archive.COMPACTED, events),
            "events-by-viewer": (archive.BY_VIEWER, event_export.KEPT_DAYS),
            "training": ("training/", training),
            "logged-features": ("features/", training),
            "event-erasures": (event_erasure.FOLDER, event_erasure.DAYS),
            "viewer-days": ("profiles/viewer_days/", VIEWER_DAYS),
            **{f"{name}-loaded": (f"profiles/{name}/", LOADED_DAYS) for name in LOADED},
            # Reports name nobody. A day can be run again as long as its events are there, and its verdict with them.
            **{f"{name}-reports": (f"profiles/{name}/", events) for name in REPORTS},
            "staging": ("_staging/", STAGING_DAYS),
        }
        rules = [
            s3.LifecycleRule(id=name.replace("_", "-"), prefix=prefix, expiration=Duration.days(days))
            for name, (prefix, days) in kept.items()
        ]
        replaced = [
            s3.LifecycleRule(id=f"replaced-{prefix.strip('/_')}", prefix=prefix, noncurrent_version_expiration=DAY)
            for prefix in MADE
        ]
        return self._bucket("Data", lifecycle_rules=[*rules, *replaced])

    def _let_cdn_read(self, bucket: s3.Bucket, *keys: str) -> None:
        """Lets this account's distributions read. Naming the one distribution would tie both stacks into a cycle."""
        account = Stack.of(self._scope).account
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects(key) for key in keys],
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                conditions={
                    "StringLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:cloudfront::{account}:distribution/*"}
                },
            )
        )


def _expiring(rule_id: str, prefix: str, days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=rule_id, prefix=prefix, expiration=Duration.days(days), noncurrent_version_expiration=DAY
    )


def _uploads_rules(settings: Settings) -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(id="unfinished-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)),
        # Until 0.2 chunks and work files lay here: what an upgrade finds of them ends as it did then.
        _expiring("orphaned-chunks", "chunks/", days=7),
        _expiring("work-files", "work/", days=2),
        # An avatar is made of it at once, and it goes; this is for those that nobody could make one of.
        _expiring("avatars-as-sent", "avatars/", days=1),
        _expiring("exports", exports.PREFIX, days=exports.DAYS),
        s3.LifecycleRule(
            id="originals-to-glacier",
            prefix="originals/",
            # Of those that nothing was published of, too: read at once by retries and exports.
            transitions=[
                _moved_to(s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, max(UNPRODUCED_DAYS, settings.originals_days))
            ],
        ),
        _produced(settings),
    ]


def _produced(settings: Settings) -> s3.LifecycleRule:
    """What becomes of an original once a video is published of it: its tag says so (production.originals). Where rules
    of two classes meet on a day, S3 takes the colder one."""
    tags, days = {originals.PRODUCED: originals.YES}, settings.originals_days
    if settings.originals_policy == "delete":
        return s3.LifecycleRule(
            id="produced-originals", prefix="originals/", tag_filters=tags, expiration=Duration.days(days)
        )
    colder = _moved_to(ORIGINALS[settings.originals_policy], days)
    return s3.LifecycleRule(id="produced-originals", prefix="originals/", tag_filters=tags, transitions=[colder])


def _media_rules(settings: Settings) -> list[s3.LifecycleRule]:
    """Storage classes follow the object tag `tier`, which the nightly machine sets: lifecycle alone counts days since
    creation, not reads. S3 takes nothing to Standard-IA in the first 30 days; to the other two classes at once.

    With the policy `intelligent` nothing is tagged, and every object goes to Intelligent-Tiering on its first day.
    """
    days = {"STANDARD_IA": 30, "GLACIER_IR": 0, "INTELLIGENT_TIERING": 0}
    tagged = [
        s3.LifecycleRule(
            id=tier,
            prefix="v/",
            tag_filters={archive_objects.TAG: tier},
            transitions=[_moved_to(CLASSES[name], days[name])],
        )
        for name, tier in moves.TIERS.items()
    ]
    rest = s3.StorageClass.INTELLIGENT_TIERING, 0
    if settings.tiering_policy != "intelligent":
        rest = s3.StorageClass.INFREQUENT_ACCESS, 180
    return [
        *tagged,
        # At the next midnight: what an owner archived is wanted by nobody.
        s3.LifecycleRule(
            id="archive",
            prefix="v/",
            tag_filters={archive_objects.TAG: archive_objects.TAGGED},
            transitions=[_moved_to(s3.StorageClass.GLACIER, after_days=0)],
        ),
        s3.LifecycleRule(id="untagged-backstop", prefix="v/", transitions=[_moved_to(*rest)]),
        _expiring("tiering", "tiering/", days=TIERING_DAYS),
        _expiring("quarantine", "quarantine/", days=settings.quarantine_days),
        # Written anew every ten minutes; what lies longer is of a region that has no list any more.
        _expiring("ready-made-pages", "feed/", days=HOT_LIST_DAYS),
        _expiring("hot-lists", "hot-lists/", days=HOT_LIST_DAYS),
    ]


def _moved_to(storage_class: s3.StorageClass, after_days: int) -> s3.Transition:
    return s3.Transition(storage_class=storage_class, transition_after=Duration.days(after_days))
