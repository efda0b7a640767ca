"""The network of profile full: private, without a way out, and with endpoints for exactly what is called inside."""

from infra.catalogue import FUNCTIONS
from infra.engines.cache import PORTS
from infra.stacks.network import INTERFACES
from tests.infra.templates import Assembly, listed, place

BY_GATEWAY = {"s3", "dynamodb"}
BY_LAMBDA_ITSELF = {"logs", "xray", "ec2", "sqs"}
"""Log lines, traces, network interfaces and failed batches leave by Lambda's own network, not by the function's."""

ENDPOINT_OF = {"appconfig": "appconfigdata"}
"""Services whose endpoint is not called as the actions of policies are."""

INSIDE_ALREADY = {"es"}
"""The search domain stands in the same subnets."""


def _called_inside(assembly: Assembly) -> set[str]:
    """Services that functions in the VPC, and the Flink job, hold grants for."""
    roles = {place(line, "Role") for line in FUNCTIONS if line.vpc} | {"Interests/Interests/Role"}
    called = {
        action.split(":")[0]
        for policy in assembly.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        if roles & {assembly.flat(policy.stack, role) for role in policy.properties.get("Roles", ())}
        for statement in policy.properties["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
    }
    return {ENDPOINT_OF.get(service, service) for service in called}


def _endpoints(assembly: Assembly, kind: str) -> set[str]:
    return {
        assembly.flat("Network", endpoint.properties["ServiceName"]).rsplit(".", 1)[1].removesuffix("-streams")
        for endpoint in assembly.of("AWS::EC2::VPCEndpoint")
        if endpoint.properties["VpcEndpointType"] == kind
    }


def test_interface_endpoints_are_those_that_functions_inside_call(prod: Assembly) -> None:
    assert _endpoints(prod, "Interface") == _called_inside(prod) - BY_GATEWAY - BY_LAMBDA_ITSELF - INSIDE_ALREADY
    assert _endpoints(prod, "Interface") == {name.removesuffix("-streams") for name in INTERFACES}


def test_buckets_and_tables_are_reached_by_gateways_which_cost_nothing(prod: Assembly) -> None:
    assert _endpoints(prod, "Gateway") == BY_GATEWAY


def test_nothing_leads_to_or_from_the_internet(prod: Assembly) -> None:
    ways = ("AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::Route")
    assert prod.of(*ways) == []
    assert not [s.path for s in prod.of("AWS::EC2::Subnet") if s.properties["MapPublicIpOnLaunch"]]


def test_only_functions_and_the_flink_job_reach_the_cache_and_the_endpoints_and_functions_alone_search(
    prod: Assembly,
) -> None:
    rules = [r.properties for r in prod.of("AWS::EC2::SecurityGroupIngress")]
    rules += [rule for g in prod.of("AWS::EC2::SecurityGroup") for rule in g.properties.get("SecurityGroupIngress", [])]
    assert rules
    for rule in rules:
        assert "CidrIp" not in rule
        source = rule["SourceSecurityGroupId"]
        caller = prod.flat("Network" if "Fn::GetAtt" in source else "Engines", source)
        assert caller in ("Network/Functions.GroupId", "Network/Jobs.GroupId")
        assert caller == "Network/Functions.GroupId" or rule["ToPort"] in (443, *PORTS)
    search = prod.at("Engines/Search/Group")
    inside = [r.properties for r in prod.of("AWS::EC2::SecurityGroupIngress") if r.path.startswith("Engines/Search")]
    callers = [prod.flat("Engines", rule["SourceSecurityGroupId"]) for rule in inside]
    assert (callers, search.properties.get("SecurityGroupIngress", [])) == (["Network/Functions.GroupId"], [])


def test_functions_and_search_stand_in_three_zones(prod: Assembly) -> None:
    zones = [subnet.properties["AvailabilityZone"] for subnet in prod.of("AWS::EC2::Subnet")]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c"]
    search = prod.at("Engines/Search/Domain").properties["VPCOptions"]["SubnetIds"]
    videos = prod.at("Videos/Videos").properties["VpcConfig"]["SubnetIds"]
    assert [prod.flat("Engines", s) for s in search] == [prod.flat("Videos", s) for s in videos]
    assert len(videos) == len(zones)


def test_the_cache_and_the_endpoints_stand_in_the_two_zones_of_version_0_2_0(prod: Assembly) -> None:
    """Another subnet would replace the cache, and a replaced cache of a fixed name cannot be made."""
    first = [prod.flat("Videos", s) for s in prod.at("Videos/Videos").properties["VpcConfig"]["SubnetIds"]][:2]
    assert [prod.flat("Engines", s) for s in prod.at("Engines/Valkey").properties["SubnetIds"]] == first
    interfaces = [e for e in prod.of("AWS::EC2::VPCEndpoint") if e.properties["VpcEndpointType"] == "Interface"]
    assert interfaces
    for endpoint in interfaces:
        assert [prod.flat("Network", s) for s in endpoint.properties["SubnetIds"]] == first
    blocks = {subnet.path: subnet.properties["CidrBlock"] for subnet in prod.of("AWS::EC2::Subnet")}
    assert [blocks[path] for path in first] == ["10.0.0.0/20", "10.0.16.0/20"]
