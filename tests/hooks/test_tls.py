"""Over TLS the checked address is called, by the name that the certificate and the receiver know."""

import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from hcmc_ioc.lib import addresses
from hooks import hooks
from hooks.models import Delivery
from tests.hooks.conftest import hook_of, told

pytestmark = pytest.mark.django_db
NAME = "nguoi-nhan.example"


@pytest.fixture
def asked_for(receiver, tmp_path, monkeypatch):
    """The receiver has a certificate for NAME, which is trusted; the names that callers asked for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "receiver.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    theirs, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    theirs.load_cert_chain(file)
    theirs.sni_callback = lambda _socket, name, _context: names.append(name)
    receiver.server.socket = theirs.wrap_socket(receiver.server.socket, server_side=True)
    monkeypatch.setattr(addresses, "tls", lambda: ssl.create_default_context(cafile=file))
    monkeypatch.setattr(addresses, "look_up", lambda _host, _port: ["127.0.0.1"])
    return names


def test_the_name_is_asked_for_and_its_certificate_is_checked(systems, receiver, asked_for):
    hooks.test(hook_of(systems.q1, f"https://{NAME}:{receiver.server.server_port}/in"))
    told()
    assert Delivery.objects.get().state == "delivered" and asked_for == [NAME]
    assert receiver.got[0].headers["Host"] == f"{NAME}:{receiver.server.server_port}"


def test_a_certificate_of_another_name_is_refused(systems, receiver, asked_for):
    hooks.test(hook_of(systems.q1, f"https://ke-khac.example:{receiver.server.server_port}/in"))
    told()
    assert Delivery.objects.get().error == "tls" and not receiver.got
