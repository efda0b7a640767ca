"""The daily machine: each step can be run again, a failed gate stops what follows, runs touch their places alone."""

import json
import re
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from infra.engines import job_code, spark
from infra.names import camel
from infra.workflows import definitions
from jobs.profiles import steps
from reelstack.platform import daily_files
from tests.aws_shapes import problems
from tests.infra.templates import Assembly, listed
from tests.infra.test_machine import _arn, _invalid

TEXT, WANTED = definitions.read("profiles")
DEFINITION: dict[str, Any] = json.loads(TEXT)
STATES: dict[str, dict[str, Any]] = definitions.states(DEFINITION)
RUNS = {name: state for name, state in STATES.items() if "emr-serverless" in state.get("Resource", "")}
LOADERS = {line.name: line for line in FUNCTIONS if line.machine == "profiles"}
MACHINE = "Discovery/ProfilesMachine"
each_run = pytest.mark.parametrize("name", RUNS)


def _way(failing: str = "", error: str = "States.TaskFailed") -> list[str]:
    """The states in their order, when everything succeeds, or all but one."""
    found, name, failed = [], DEFINITION["StartAt"], False
    while name:
        found.append(name)
        state = STATES[name]
        if name == failing:
            caught = next(one for one in state["Catch"] if {error, "States.ALL"} & {*one["ErrorEquals"]})
            failed, name = caught["ResultPath"] == "$.failed", caught["Next"]
        elif name == "DayDone":
            name = state["Choices"][0]["Next"] if failed else state["Default"]
        else:
            name = state["Choices"][0]["Next"] if state["Type"] == "Choice" else state.get("Next", "")
    return found


def _allowed(assembly: Assembly, role: str) -> dict[str, set[str]]:
    allowed: dict[str, set[str]] = {}
    for statement in assembly.at(f"{role}/DefaultPolicy").properties["PolicyDocument"]["Statement"]:
        for action in listed(statement["Action"]):
            allowed.setdefault(action, set()).update(
                assembly.flat("Discovery", one) for one in listed(statement["Resource"])
            )
    return allowed


def test_the_steps_of_the_job_are_run_in_their_order_each_loaded_once_and_training_is_last() -> None:
    way = _way()
    assert [camel(step.name) for step in steps.STEPS] == [
        name for name in way if name in RUNS and name not in ("Erase", "TrainRanker")
    ]
    assert way[-3:] == ["TrainRanker", "DayDone", "Done"]
    loaders = {"PlayCounts": "LoadDailyPlays", "Viewers": "LoadViewerProfiles", "Clips": "LoadClipFeatures"}
    for run, loader in loaders.items():
        assert 0 < way.index(loader) - way.index(run) < 3
    assert {camel(name) for name in LOADERS} == {
        name for name in way if name.startswith(("Load", "Sum", "Export", "Stop"))
    }
    assert 0 < way.index("Clips") - way.index("ExportCatalogue") < 3


@each_run
def test_a_run_is_what_emr_serverless_takes_and_has_an_end(name: str) -> None:
    state, given = RUNS[name], RUNS[name]["Parameters"]
    assert given["ExecutionTimeoutMinutes"] * 60 < state["TimeoutSeconds"]
    arguments = re.findall(r"'([^']*)'|\$\.(day)", given["JobDriver"]["SparkSubmit"]["EntryPointArguments.$"])
    request = {
        "applicationId": "00f1abcdefgh1234",
        "clientToken": "token",
        "executionRoleArn": "arn:aws:iam::123456789012:role/job",
        "name": "2026-11-28-" + name,
        "executionTimeoutMinutes": given["ExecutionTimeoutMinutes"],
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": "s3://assets/main.py",
                "entryPointArguments": [one or "2026-11-28" for one, _ in arguments],
                "sparkSubmitParameters": "--py-files s3://assets/code.zip",
            }
        },
        "configurationOverrides": {
            "monitoringConfiguration": {
                "cloudWatchLoggingConfiguration": {
                    "enabled": True,
                    "logGroupName": "/aws/emr-serverless/reelstack-prod-jobs",
                    "logStreamNamePrefix": "2026-11-28",
                }
            }
        },
    }
    assert problems("emr-serverless", "StartJobRun", request) == []
    assert _spelt(given) == {**request, "applicationId": "", "clientToken": ""}.keys() - {"clientToken"}


def _spelt(given: dict[str, Any]) -> set[str]:
    """The members of a request, as Step Functions spells them with a capital."""
    return {name.removesuffix(".$")[0].lower() + name.removesuffix(".$")[1:] for name in given}


@each_run
def test_a_run_is_tried_again_for_the_same_day(name: str) -> None:
    busy, failed = RUNS[name]["Retry"]
    assert "EMRServerless.ThrottlingException" in busy["ErrorEquals"]
    assert (failed["ErrorEquals"], failed["MaxAttempts"]) == (["States.ALL"], 1)
    assert "$.day" in RUNS[name]["Parameters"]["JobDriver"]["SparkSubmit"]["EntryPointArguments.$"]
    assert RUNS[name]["ResultPath"] is None, "the next step reads the day"


def test_after_a_failed_gate_nothing_is_run_and_the_execution_fails() -> None:
    (caught,) = STATES["Collect"]["Catch"]
    assert caught["Next"] == "ReadQuality"
    (failed,) = STATES["QualityGate"]["Choices"]
    assert (failed["Variable"], STATES[failed["Next"]]["Error"]) == ("$.quality.report.failed[0]", "quality-gate")
    assert STATES[STATES["QualityGate"]["Default"]]["Type"] == "Fail"


NEEDED_BY = {
    "PlayCounts": ("LoadDailyPlays", "SumDailyPlays"),
    "LoadDailyPlays": ("SumDailyPlays",),
    "Viewers": ("LoadViewerProfiles",),
    "Clips": ("LoadClipFeatures", "Creators"),
    "ViewerDays": ("StopHarmfulArms",),
    **dict.fromkeys(("SumDailyPlays", "LoadViewerProfiles", "ExportCatalogue", "LoadClipFeatures", "Creators"), ()),
    **dict.fromkeys(("TrainingRows", "Lists"), ()),
}
"""Step -> what goes on from what it made, and nothing else does."""


@pytest.mark.parametrize("name", NEEDED_BY)
def test_a_step_that_fails_stops_what_goes_on_from_it_alone_and_the_execution_fails_at_its_end(name: str) -> None:
    tasks = {each for each in _way() if STATES[each]["Type"] == "Task"}
    assert tasks - set(_way(name)) == set(NEEDED_BY[name])
    assert _way(name)[-3:] == ["TrainRanker", "DayDone", "StepFailed"]


def test_lines_that_are_no_rows_are_not_tried_again_and_the_day_is_summed_without_them() -> None:
    for name in ("LoadDailyPlays", "LoadViewerProfiles", "LoadClipFeatures"):
        _, refused, _ = STATES[name]["Retry"]
        assert refused == {"ErrorEquals": [daily_files.RowsRefused.__name__], "MaxAttempts": 0}
        assert STATES[name]["Parameters"]["Payload"]["refused.$"] == "$.loaded.out.refused"
    way = _way("LoadDailyPlays", daily_files.RowsRefused.__name__)
    assert way[way.index("LoadDailyPlays") + 1] == "SumDailyPlays"


def test_an_erasure_that_waits_is_first_and_its_failure_does_not_stop_the_day() -> None:
    assert _way()[:3] == ["ErasureWaits", "Erase", "Collect"]
    (waits,) = STATES["ErasureWaits"]["Choices"]
    assert (waits["Variable"], STATES["ErasureWaits"]["Default"]) == ("$.erasure", "Collect")
    assert [caught["Next"] for caught in STATES["Erase"]["Catch"]] == ["Collect"]
    arguments = STATES["Erase"]["Parameters"]["JobDriver"]["SparkSubmit"]["EntryPointArguments.$"]
    assert "'--viewers', $.erasure" in arguments


def test_a_loader_that_ran_out_of_time_is_called_again_from_where_it_left_off() -> None:
    going_on = STATES["ExportCatalogue"]["Parameters"]["Payload"]
    assert going_on == {f"{name}.$": f"$.loaded.out.{name}" for name in ("part", "cursor")}
    assert STATES[STATES["ExportCatalogue"]["Next"]]["Default"] == "ExportCatalogue"
    for loader in ("LoadDailyPlays", "LoadViewerProfiles", "LoadClipFeatures"):
        assert STATES[loader]["Parameters"]["Payload"]["line.$"] == "$.loaded.out.line"
        assert STATES[STATES[loader]["Next"]]["Default"] == loader
        assert LOADERS[STATES[loader]["Parameters"]["FunctionName"][2:-5]].timeout < STATES[loader]["TimeoutSeconds"]


def test_harmful_arms_are_stopped_by_the_days_viewers_and_the_day_goes_on_without_it() -> None:
    way = _way()
    assert way.index("StopHarmfulArms") == way.index("ViewerDays") + 1
    (failed,) = STATES["StopHarmfulArms"]["Catch"]
    assert failed["Next"] == STATES["StopHarmfulArms"]["Next"] == "TrainingRows"


def test_the_whole_is_longer_than_its_runs_and_shorter_than_a_day() -> None:
    once = sum(state["Parameters"]["ExecutionTimeoutMinutes"] * 60 for state in RUNS.values())
    assert once < DEFINITION["TimeoutSeconds"] < 24 * 3600


def test_the_definition_is_valid_states_language(prod: Assembly) -> None:
    assert _invalid(prod.at(MACHINE).properties["DefinitionString"]) == []


def test_the_machine_starts_runs_of_its_application_and_calls_its_loaders_and_nothing_else(prod: Assembly) -> None:
    allowed = _allowed(prod, f"{MACHINE}/Role")
    assert allowed["lambda:InvokeFunction"] == {_arn(name, prod) for name in LOADERS if name in _called()}
    assert {action for action in allowed if action.startswith("emr-serverless:")} == {
        *("emr-serverless:StartJobRun", "emr-serverless:GetJobRun", "emr-serverless:CancelJobRun")
    }
    assert len(allowed["iam:PassRole"]) == len(allowed["s3:GetObject"]) == 1


def _called() -> set[str]:
    return {name.removesuffix("_arn") for name in WANTED}


def test_a_job_reads_and_writes_the_prefixes_of_its_steps_alone(prod: Assembly) -> None:
    allowed = _allowed(prod, "Discovery/Spark/JobRole")
    written = {one.rpartition("}")[2].rpartition("Arn")[2] for one in allowed["s3:PutObject"]}
    assert written == {f"/{prefix}*" for prefix in spark.WRITES} | {f"/{spark.NOTES}"}
    assert not any("events/" in one and "profiles/" not in one for one in allowed["s3:DeleteObject"])
    named = {place.partition("/")[0] + "/" for step in steps.STEPS for place in step.writes}
    assert named <= set(spark.WRITES)
    read = {place.partition("/")[0] + "/" for step in steps.STEPS for place in step.reads}
    assert read <= {*spark.WRITES, *spark.READS}


def test_spark_stands_still_for_nothing_and_cannot_grow_without_end(prod: Assembly) -> None:
    made = prod.at("Discovery/Spark/Application").properties
    assert (made["ReleaseLabel"], made["Type"], made["Architecture"]) == (spark.RELEASE, "Spark", "ARM64")
    assert made["AutoStopConfiguration"] == {"Enabled": True, "IdleTimeoutMinutes": spark.IDLE_MINUTES}
    assert made["MaximumCapacity"]["Cpu"] == f"{prod.settings.spark_vcpus} vCPU"
    assert "InitialCapacity" not in made, "what waits before a job is paid for"


def test_where_there_is_no_spark_the_schedule_starts_nothing(assemblies: dict[str, Assembly]) -> None:
    for assembly in assemblies.values():
        given = assembly.at("Discovery/StartProfiles").properties["Environment"]["Variables"]
        assert bool(given["REELSTACK_PROFILES_MACHINE_ARN"]) == assembly.settings.has_spark


def test_the_code_of_jobs_holds_all_that_it_imports_and_no_more() -> None:
    held = job_code.sources()
    assert {"jobs/profiles/main.py", "jobs/ranker/daily.py", "reelstack/feed/scores.py"} <= set(held)
    assert not [name for name in held if name.startswith(("reelstack/tables", "reelstack/web", "jobs/interests"))]
