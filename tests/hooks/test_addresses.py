"""Nobody makes the site call into its own network."""

import pytest

from hcmc_ioc.lib import addresses
from hooks import hooks
from hooks.models import Delivery
from tests.hooks.conftest import hook_of, told


@pytest.mark.parametrize("url", [
    "", "x", "ftp://a.vn/", "http://a.vn/", "https://", "https:///x", "https://a.vn:22/", "https://a.vn:0/",
    "https://a.vn:x/", "https://u:p@a.vn/", "https://u@a.vn/", "https://a.vn/#x", "https://a.vn/ x", "https://a.vn/\n",
    "https://a.vn\\@b.vn/", "https://127.0.0.1/", "https://10.1.2.3/", "https://[::1]/", "https://169.254.169.254/",
    "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://0.0.0.0/", "https://224.0.0.1/", "//a.vn/",
    "https://100.64.0.1/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[2002:a00:1::]/", "https://[::7f00:1]/",
    "https://đ.vn/", "https://a.vn/" + "x" * 500, "https://[::1", "https://255.255.255.255/", "https://192.168.1.1/",
])
def test_what_is_not_called(url):
    with pytest.raises(ValueError):
        addresses.read(url)


@pytest.mark.parametrize("url", ["https://a.vn", "https://a.vn:8443/x?y=1", "https://1.1.1.1/", "https://[2606:4700::1]/"])
def test_what_is_called(url):
    assert addresses.read(url).is_https


def test_where_it_is_allowed_private_addresses_are_called(settings):
    settings.HOOKS_PRIVATE = True
    target = addresses.read("http://10.0.0.5:9000/x")
    assert (target.named, target.path) == ("10.0.0.5:9000", "/x") and addresses.resolved(target) == ["10.0.0.5"]
    with pytest.raises(ValueError):
        addresses.read("http://u:p@10.0.0.5/")


@pytest.mark.parametrize("found", [
    ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::1"], ["::ffff:192.168.0.1"], ["169.254.169.254"], ["fe80::1"],
    ["1.1.1.1", "0.0.0.0"], ["2001:0:a00:1::"],  # noqa: S104
])
def test_a_name_that_leads_inside_is_not_called(monkeypatch, found):
    monkeypatch.setattr(addresses, "look_up", lambda _host, _port: found)
    with pytest.raises(addresses.Forbidden):
        addresses.resolved(addresses.read("https://a.vn/"))


@pytest.mark.django_db
def test_the_forms_of_an_address_that_only_a_resolver_knows(systems):
    for host in ("localhost", "127.1", "2130706433", "0x7f000001", "017700000001"):
        with pytest.raises((addresses.Forbidden, OSError)):
            addresses.resolved(addresses.read(f"https://{host}/"))


@pytest.mark.django_db
def test_a_hook_whose_name_turns_inside_sends_nothing(systems, receiver, settings, monkeypatch):
    """The name was good when the hook was made; its owner points it at our own machine later."""
    settings.HOOKS_PRIVATE = False
    hook = hook_of(systems.q1, "https://nguoi-nhan.example:8443/")
    monkeypatch.setattr(addresses, "look_up", lambda _host, _port: ["127.0.0.1"])
    hooks.test(hook)
    assert told() == 1 and not receiver.got
    assert Delivery.objects.get().error == "forbidden"


@pytest.mark.django_db
def test_the_name_is_looked_up_once_and_the_address_is_what_is_called(systems, receiver, monkeypatch):
    port = receiver.server.server_port
    asked = []
    monkeypatch.setattr(addresses, "look_up", lambda host, _port: asked.append(host) or ["127.0.0.1"])
    hook = hook_of(systems.q1, f"http://nguoi-nhan.example:{port}/in")
    for _n in range(20):
        hooks.test(hook)
    assert told() == 20 and asked == ["nguoi-nhan.example"]
    assert {message.headers["Host"] for message in receiver.got} == {f"nguoi-nhan.example:{port}"}
