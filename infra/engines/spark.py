"""Spark on EMR Serverless, for the daily jobs: an application that stands still while nothing runs, and their role.

No VPC: jobs reach S3 alone. `maximum_capacity` bounds what all runs together may use, and with the timeouts of the
state machine what a day can cost. The environments of both jobs (an interpreter with the locked packages, for arm64)
lie in the bucket `data`, where `reelstack profiles environments` puts them, named by their lock.
"""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_emrserverless as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra import ROOT
from infra.engines import job_code
from infra.monitoring.logs import RETENTION
from infra.names import Names
from infra.settings import Settings

RELEASE = "emr-spark-8.0.0"
GB_PER_VCPU = 4
DISK_GB = 200
IDLE_MINUTES = 5
READS = ("events/", "features/", "catalogue/", "jobs/environments/", "erasures/")
WRITES = ("profiles/", "training/", "lists/", "items/", "rank/", "_staging/")
"""Prefixes of the bucket `data`. What a step replaces it deletes: below WRITES only."""
NOTES = "erasures/*/parquet.json"
"""What else is written: that a pass of an erasure is done."""
EVENTS_RULE = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
PYTHON = "./environment/bin/python"
DRIVER = "--conf spark.driver.cores=4 --conf spark.driver.memory=14g"
EXECUTORS = "--conf spark.executor.cores=4 --conf spark.executor.memory=14g"
ALONE = "--conf spark.dynamicAllocation.initialExecutors=0 --conf spark.dynamicAllocation.minExecutors=0"
"""Of training, which runs in the driver: it asks Spark for nothing."""


class Spark(Construct):
    """`substitutions` are what the definition of the state machine is told."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, names: Names, data: s3.Bucket) -> None:
        super().__init__(scope, construct_id)
        self.application = self._application(settings, names)
        self.logs = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/emr-serverless/{names.spark}",
            retention=RETENTION[settings.log_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.code = assets.Asset(self, "Code", path=str(job_code.folder()))
        self.entries = {
            "profiles": assets.Asset(self, "ProfilesEntry", path=str(ROOT / "jobs" / "profiles" / "main.py")),
            "ranker": assets.Asset(self, "RankerEntry", path=str(ROOT / "jobs" / "ranker" / "daily.py")),
        }
        self.role = self._role(data)
        self.quality_reports = data.arn_for_objects("profiles/quality/*")
        self.substitutions = {
            "application_id": self.application.attr_application_id,
            "job_role_arn": self.role.role_arn,
            "log_group": self.logs.log_group_name,
            "data_bucket": data.bucket_name,
            "profiles_entry": self.entries["profiles"].s3_object_url,
            "ranker_entry": self.entries["ranker"].s3_object_url,
            "profiles_parameters": self._parameters("profiles", data, EXECUTORS),
            "ranker_parameters": self._parameters("ranker", data, ALONE),
        }

    def allow_runs(self, machine: iam.IGrantable) -> None:
        """Starts, watches and cancels runs of this application; Step Functions learns of their ends by its own rule."""
        arn = self.application.attr_arn
        stack = Stack.of(self)
        rule = stack.format_arn(
            service="events", resource="rule", resource_name="StepFunctionsGetEventsForEMRServerlessJobRule"
        )
        to = {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}}
        runs = ["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"]
        for statement in (
            iam.PolicyStatement(actions=["emr-serverless:StartJobRun"], resources=[arn]),
            iam.PolicyStatement(actions=runs, resources=[f"{arn}/jobruns/*"]),
            iam.PolicyStatement(actions=["iam:PassRole"], resources=[self.role.role_arn], conditions=to),
            iam.PolicyStatement(actions=EVENTS_RULE, resources=[rule]),
        ):
            machine.grant_principal.add_to_principal_policy(statement)

    def _application(self, settings: Settings, names: Names) -> emr.CfnApplication:
        return emr.CfnApplication(
            self,
            "Application",
            name=names.spark,
            release_label=RELEASE,
            type="Spark",
            architecture="ARM64",
            auto_start_configuration=emr.CfnApplication.AutoStartConfigurationProperty(enabled=True),
            auto_stop_configuration=emr.CfnApplication.AutoStopConfigurationProperty(
                enabled=True, idle_timeout_minutes=IDLE_MINUTES
            ),
            maximum_capacity=emr.CfnApplication.MaximumAllowedResourcesProperty(
                cpu=f"{settings.spark_vcpus} vCPU",
                memory=f"{settings.spark_vcpus * GB_PER_VCPU} GB",
                disk=f"{DISK_GB} GB",
            ),
        )

    def _parameters(self, job: str, data: s3.Bucket, more: str) -> str:
        python = " ".join(
            f"--conf {name}={PYTHON}"
            for name in (
                "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON",
                "spark.emr-serverless.driverEnv.PYSPARK_PYTHON",
                "spark.executorEnv.PYSPARK_PYTHON",
            )
        )
        archive = f"--conf spark.archives=s3://{data.bucket_name}/{job_code.environment_key(job)}#environment"
        return f"--py-files {self.code.s3_object_url} {archive} {python} {DRIVER} {more}"

    def _role(self, data: s3.Bucket) -> iam.Role:
        """Only for runs of this account."""
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        service = iam.ServicePrincipal("emr-serverless.amazonaws.com", conditions=ours)
        role = iam.Role(self, "JobRole", assumed_by=service)
        changes = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        code = [asset.bucket.arn_for_objects(asset.s3_object_key) for asset in (self.code, *self.entries.values())]
        objects = [data.arn_for_objects(f"{prefix}*") for prefix in (*READS, *WRITES)]
        written = [data.arn_for_objects(each) for each in (*(f"{prefix}*" for prefix in WRITES), NOTES)]
        streams = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        prefixes = {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in (*READS, *WRITES)]}}
        for statement in (
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[*objects, *code]),
            iam.PolicyStatement(actions=changes, resources=written),
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[data.bucket_arn], conditions=prefixes),
            iam.PolicyStatement(actions=streams, resources=[f"{self.logs.log_group_arn}"]),
            # EMR asks which log groups there are before it writes into one; the action names no resource.
            iam.PolicyStatement(actions=["logs:DescribeLogGroups"], resources=["*"]),
        ):
            role.add_to_policy(statement)
        return role
