"""The search domain of profile full: closed, encrypted, watched."""

from typing import Any

import pytest
from pydantic import ValidationError

from infra.settings import Settings
from tests.infra.templates import Assembly

PROD: dict[str, Any] = {"stage": "prod", "account": "111111111111", "alarm_email": "alarms@example.com"}


def test_a_core_stage_has_no_search_domain_and_its_functions_know_of_none(assemblies: dict[str, Assembly]) -> None:
    core = assemblies["prod-core"]
    assert core.of("AWS::OpenSearchService::Domain") == []
    assert core.at("Discovery/Search").properties["Environment"]["Variables"]["REELSTACK_SEARCH_URL"] == ""


def test_functions_are_told_the_domain_and_stand_beside_it(prod: Assembly) -> None:
    domain = prod.at("Engines/Search/Domain").properties
    inside = {prod.flat("Engines", subnet) for subnet in domain["VPCOptions"]["SubnetIds"]}
    for name in ("Search", "IndexSearch"):
        function = prod.at(f"Discovery/{name}").properties
        url = prod.flat("Discovery", function["Environment"]["Variables"]["REELSTACK_SEARCH_URL"])
        assert url.startswith("https://"), url
        assert "Engines/Search/Domain" in url, url
        assert inside <= {prod.flat("Discovery", subnet) for subnet in function["VpcConfig"]["SubnetIds"]}


def test_it_is_encrypted_at_rest_between_nodes_and_towards_callers(prod: Assembly) -> None:
    domain = prod.at("Engines/Search/Domain").properties
    assert domain["EncryptionAtRestOptions"] == {"Enabled": True}
    assert domain["NodeToNodeEncryptionOptions"] == {"Enabled": True}
    endpoint = domain["DomainEndpointOptions"]
    assert endpoint["EnforceHTTPS"] is True
    assert endpoint["TLSSecurityPolicy"].startswith("Policy-Min-TLS-1-2")


def test_it_lets_in_whom_iam_lets_in_of_this_account_and_nobody_else(prod: Assembly) -> None:
    (statement,) = prod.at("Engines/Search/Domain").properties["AccessPolicies"]["Statement"]
    assert prod.flat("Engines", statement["Principal"]["AWS"]).endswith(":iam::111111111111:root")
    assert sorted(statement["Action"]) == [f"es:ESHttp{method}" for method in ("Delete", "Get", "Post", "Put")]


def test_three_nodes_stand_in_three_zones_with_gp3_disks_as_the_stage_says(prod: Assembly) -> None:
    domain, settings = prod.at("Engines/Search/Domain").properties, prod.settings
    assert domain["ClusterConfig"] == {
        "InstanceType": settings.search_instance,
        "InstanceCount": 3,
        "ZoneAwarenessEnabled": True,
        "ZoneAwarenessConfig": {"AvailabilityZoneCount": 3},
    }
    assert len(domain["VPCOptions"]["SubnetIds"]) == 3
    assert domain["EBSOptions"] == {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": settings.search_gib}


def test_a_development_stage_pays_for_one_node_in_one_zone(assemblies: dict[str, Assembly]) -> None:
    domain = assemblies["dev-full"].at("Engines/Search/Domain").properties
    assert (domain["ClusterConfig"]["InstanceCount"], domain["ClusterConfig"]["ZoneAwarenessEnabled"]) == (1, False)
    assert len(domain["VPCOptions"]["SubnetIds"]) == 1


@pytest.mark.parametrize(("nodes", "zones"), [(2, "abc"), (2, "ab"), (3, "ab"), (4, "ab"), (11, "abc")])
def test_nodes_of_which_no_majority_outlives_a_zone_are_refused(nodes: int, zones: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**PROD, search_nodes=nodes, zones=tuple(zones))


@pytest.mark.parametrize(("nodes", "zones"), [(1, "ab"), (1, "abc"), (3, "abc"), (4, "abc"), (10, "abc")])
def test_other_numbers_are_not(nodes: int, zones: str) -> None:
    assert Settings(**PROD, search_nodes=nodes, zones=tuple(zones)).search_nodes == nodes


def test_what_it_logs_is_allowed_before_it_is_made(prod: Assembly) -> None:
    domain = prod.at("Engines/Search/Domain")
    assert set(domain.properties["LogPublishingOptions"]) == {
        "ES_APPLICATION_LOGS",
        "SEARCH_SLOW_LOGS",
        "INDEX_SLOW_LOGS",
    }
    assert domain.whole["DependsOn"]


def test_red_blocked_full_of_heap_or_full_of_data_raises_an_alarm(prod: Assembly) -> None:
    watched = {
        part["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in part else part["Expression"]
        for alarm in prod.of("AWS::CloudWatch::Alarm")
        if alarm.path.startswith("Monitoring/Alarms/Search")
        for part in alarm.properties.get("Metrics", [])
    } | {
        alarm.properties.get("MetricName")
        for alarm in prod.of("AWS::CloudWatch::Alarm")
        if alarm.path.startswith("Monitoring/Alarms/Search")
    }
    assert {"ClusterStatus.red", "ClusterIndexWritesBlocked", "JVMMemoryPressure", "FreeStorageSpace"} <= watched
