"""The provider itself: its configuration, and several of them in one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from native_door import UNKNOWN, Door, Failed, opened, plain, secret
from numbers_there import ON_INSTANCE, SOURCE, everywhere, flows_of, home_of
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from surroundings import members, shared_session

from acgr.runtime.run import NOT_ASKED
from acgr_sandbox import Fault, Sandbox

Begin = Callable[..., Door]
KIND = "PhoneNumberPlacement"
ROLE = "arn:aws:iam::111122223333:role/name"


def placement(**inputs: Any) -> dict[str, Any]:
    """The inputs of one placement."""
    return {"phoneNumber": ON_INSTANCE, "target": "retail", "flow": "Main IVR", "sourceRegion": SOURCE, **inputs}


def test_two_accounts_in_one_process(door: Door, other_account: tuple[Door, Sandbox], sandbox: Sandbox) -> None:
    """Each provider has its own connection, account and declarations: the same number in both is two numbers."""
    elsewhere, world = other_account
    for one in (door, elsewhere):
        one.create(KIND, one.check(KIND, placement()))
    assert (home_of(sandbox, ON_INSTANCE), home_of(world, ON_INSTANCE)) == ("retail", "retail")
    here, there = (one.read(KIND, one_arn)[1] for one, one_arn in ((door, _arn(sandbox)), (elsewhere, _arn(world))))
    assert (":111122223333:" in here["targetArn"], ":444455556666:" in there["targetArn"]) == (True, True)


def test_state_of_another_account_is_not_acted_upon(door: Door, other_account: tuple[Door, Sandbox]) -> None:
    """A provider that is given another account's credentials refuses to touch what the state has."""
    elsewhere, world = other_account
    id_, state = elsewhere.create(KIND, elsewhere.check(KIND, placement()))
    with pytest.raises(Failed, match="the credentials belong to account 111122223333"):
        door.delete(KIND, id_, state)
    assert home_of(world, ON_INSTANCE) == "retail"


def _arn(sandbox: Sandbox) -> str:
    return sandbox.world.arn(sandbox.world.number(ON_INSTANCE))


def test_a_resource_goes_to_another_provider(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """A number that a resource of another provider declares stays where it is, as after a renaming."""
    id_, state = door.create(KIND, door.check(KIND, placement()))
    before = begin()
    beside = begin(beside=before)
    beside.create(KIND, beside.check(KIND, placement(), name="other"), name="other")
    before.delete(KIND, id_, state)
    assert before.said() == [f"{ON_INSTANCE} stays where it is: other declares it now"]
    assert (home_of(sandbox, ON_INSTANCE), flows_of(sandbox, ON_INSTANCE)) == ("retail", everywhere("Main IVR"))


def test_an_agent_goes_to_another_provider(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """An agent who leaves one provider's roster and is on another's stays on the group."""
    roster, wanted = "TrafficDistributionGroupRoster", {"trafficDistributionGroup": "emergency", "sourceRegion": SOURCE}
    both, one = ({**wanted, "users": users} for users in (["alice.smith", "bob.brown"], ["bob.brown"]))
    inputs = door.check(roster, both)
    id_, state = door.create(roster, inputs)
    first = begin()
    second = begin(beside=first)
    changed = first.check(roster, one, inputs)
    second.check(roster, {**wanted, "users": ["alice.smith"]}, name="night")
    first.update(roster, id_, state, changed)
    assert members(sandbox, "emergency") == {"alice.smith", "bob.brown"}


def test_what_is_unchanged_where_connect_cannot_be_asked(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """It is unchanged as far as the state goes, and the run says once that it has not looked."""
    inputs = door.check(KIND, placement())
    id_, state = door.create(KIND, inputs)
    later = begin()
    sandbox.faults.add(Fault("*", "error-before", count=0))
    for _ in range(2):
        later.check(KIND, placement(), inputs)
        diff = later.diff(KIND, id_, state, inputs, inputs)
        assert diff.changes == provider_pb2.DiffResponse.DIFF_NONE
    [(urn, said)] = later.heard.lines
    assert (urn, said.startswith(NOT_ASKED)) == ("", True)


def test_declared_by_two_providers(door: Door, begin: Begin) -> None:
    """Two placements of one number are refused, naming both, also where each has a provider of its own."""
    door.check(KIND, placement())
    _, failures = begin(beside=door).judged(KIND, placement(target="emergency"), name="other")
    assert len(failures) == 1
    assert "declare it once" in failures[0]


def test_a_destroy_by_two_providers(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """What nobody declares any more goes, whoever else works in the run."""
    id_, state = door.create(KIND, door.check(KIND, placement(returnTo="instance")))
    last = begin()
    begin(beside=last)
    last.delete(KIND, id_, state)
    assert home_of(sandbox, ON_INSTANCE) == "northwind"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("profil", "there is no profil; did you mean profile?"),
        ("requests_per_second", "there is no requests_per_second; did you mean requestsPerSecond?"),
        ("colour", "there is no colour; there are: accessKey, "),
    ],
)
def test_a_key_that_is_not_there_is_refused(door: Door, key: str, said: str) -> None:
    """A key that nobody here knows is refused by the check of the configuration."""
    news = Struct()
    news.update({key: "x", "version": "1.0.0", "profile": "prod"})
    checked = door.stub.CheckConfig(provider_pb2.CheckRequest(news=news))
    [failure] = checked.failures
    assert failure.property == key
    assert failure.reason.startswith(said)


def test_another_configuration_replaces_nothing(door: Door) -> None:
    """Another profile or rate is no reason to make resources anew."""
    olds, news = Struct(), Struct()
    olds.update({"profile": "a", "version": "1.0.0"})
    news.update({"profile": "b", "version": "1.0.0"})
    asked = provider_pb2.DiffRequest(olds=olds, news=news)
    diff = door.stub.DiffConfig(asked)
    assert (diff.changes, list(diff.diffs), list(diff.replaces)) == (
        provider_pb2.DiffResponse.DIFF_SOME,
        ["profile"],
        [],
    )
    same = door.stub.DiffConfig(provider_pb2.DiffRequest(olds=olds, news=olds))
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_value_that_cannot_be_honoured(door: Door) -> None:
    """A value of the wrong shape ends the run in one sentence, in this provider's own words."""
    with pytest.raises(
        Failed, match=r"^reading the provider's configuration: acgr:requestsPerSecond is a number above 0"
    ):
        door.configure(requestsPerSecond="fast")
    with pytest.raises(Failed, match="acgr:accessKey and acgr:secretKey are given together"):
        door.configure(accessKey="x")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"profile": "a", "accessKey": "b", "secretKey": "c"}, "acgr:profile and acgr:accessKey are both given"),
        ({"roleArn": ROLE, "assumeRoles": [{"roleArn": ROLE}]}, "acgr:roleArn and acgr:assumeRoles are both given"),
        ({"profile": 111122223333}, "acgr:profile is text; quote it"),
        ({"profile": ""}, "acgr:profile is empty: leave it out where nothing is meant"),
        ({"profile": UNKNOWN}, "acgr:profile is text"),
        ({"endpoints": [{}]}, "acgr:endpoints[0] is empty: it names no service"),
        ({"endpoints": '[{"connect": ""}]'}, "acgr:endpoints[0]: connect has no URL"),
        ({"endpoints": [{"connect": None}]}, "acgr:endpoints[0]: connect has no URL"),
        ({"endpoints": [{"conect": "http://127.0.0.1:1"}]}, "acgr:endpoints[0]: there is no service conect; there are"),
    ],
)
def test_what_would_lead_elsewhere(door: Door, given: dict[str, Any], said: str) -> None:
    """What would be passed over, and so lead to other credentials or to AWS instead of a sandbox, is refused."""
    with pytest.raises(Failed) as failed:
        door.configure("mine", **given)
    assert str(failed.value).startswith(f"reading the provider's configuration: {said}")
    door.configure("default", profile="", endpoints=[])


def test_values_as_the_engine_hands_them_over(door: Door) -> None:
    """A structure comes as it is, or as JSON text; a number may be text."""
    for endpoints in ([{"connect": "http://127.0.0.1:1"}], '[{"connect": "http://127.0.0.1:1"}]'):
        door.configure("mine", endpoints=endpoints, requestsPerSecond="7", allowInsecureEndpoints="true")
        settings = door.servicer.run.settings
        assert (settings.endpoints, settings.rate.per_second) == ({"connect": "http://127.0.0.1:1"}, 7.0)


def test_whose_words_come_first(sandbox: Sandbox, tmp_path: Any) -> None:
    """The environment comes before a stack's configuration; a provider of its own says whose credentials it uses."""
    environ = {
        "ACGR_CACHE": str(tmp_path),
        "ACGR_PROFILE": "of-the-environment",
        "AWS_ENDPOINT_URL_CONNECT": "http://127.0.0.1:1",
    }
    given = {"profile": "own", "endpoints": [{"connect": "http://127.0.0.1:2"}]}
    with opened(sandbox, shared_session(), environ) as door:
        door.configure("default_0_1_0", **given)
        settings = door.servicer.run.settings
        assert (settings.profile, settings.endpoints["connect"]) == ("of-the-environment", "http://127.0.0.1:1")
        for name in ("mine", "default_emea", "default-emea", "defaults"):
            door.configure(name, **given)
            settings = door.servicer.run.settings
            assert (settings.profile, settings.endpoints["connect"]) == ("own", "http://127.0.0.1:2")


def test_not_configured(sandbox: Sandbox) -> None:
    """A resource that is asked for before the provider is configured is one sentence, and no traceback."""
    with (
        opened(sandbox, shared_session(), {}) as door,
        pytest.raises(Failed, match=r"^the provider is not configured$"),
    ):
        door.check(KIND, placement())


def test_an_unknown_kind(door: Door) -> None:
    """A resource that is not served is named, with those that are."""
    with pytest.raises(Failed, match="there is no resource acgr:index:Agent; there are: InstanceReplica, "):
        door.check("Agent", {})


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ({"profile": "prod", "accessKey": "AKIA", "secretKey": "s", "token": "t"}, {"secretKey", "token"}),
        ({"assumeRoles": [{"roleArn": "r"}], "assumeRole": {"roleArn": "r", "externalId": "x"}}, {"assumeRole"}),
        ({"assumeRoles": '[{"roleArn": "r", "externalId": "x"}]', "noProxy": "[::1]"}, {"assumeRoles"}),
        ({"assumeRoleWithWebIdentity": {"webIdentityToken": "x"}}, {"assumeRoleWithWebIdentity"}),
        ({"endpoints": [{"connect": "https://me:word@host"}], "httpProxy": "http://host:1"}, {"endpoints"}),
        ({"httpsProxy": "http://me:word@host:1", "secretKey": secret("s")}, {"httpsProxy", "secretKey"}),
    ],
)
def test_a_credential_is_secret_whoever_says_so(door: Door, given: dict[str, Any], hidden: set[str]) -> None:
    """A program that writes a credential as plain text has it encrypted in the state all the same."""
    news = Struct()
    news.update(given)
    checked = plain(door.stub.CheckConfig(provider_pb2.CheckRequest(news=news)).inputs)
    values = {name: value["value"] if name in hidden else value for name, value in checked.items()}
    assert all(checked[name] == secret(values[name]) for name in hidden)
    assert values == {name: value["value"] if value == secret("s") else value for name, value in given.items()}


def test_a_plugin_that_is_attached_to(door: Door) -> None:
    """In a debugger one process serves run after run: nothing of the one before is left."""
    nobody = placement(phoneNumber="+442079469999")
    for _ in range(2):
        door.stub.Attach(plugin_pb2.PluginAttach(address=door.servicer.engine.address))
        door.configure()
        with pytest.raises(Failed, match="one thing that is declared is not there"):
            door.create(KIND, door.check(KIND, nobody), preview=True)
        door.create(KIND, door.check(KIND, placement()))
        door.cancel()
