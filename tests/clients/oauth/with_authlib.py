"""authlib against a running Zvit: see `run`."""

import json
import os
import time
import uuid

BASE = os.environ["BASE"]
if BASE.startswith("http://"):
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from joserfc.jwk import ECKey, OKPKey


def discover():
    answer = requests.get(get_well_known_url(BASE, external=True), timeout=10)
    answer.raise_for_status()
    metadata = AuthorizationServerMetadata(answer.json())
    # authlib takes the empty list of response types for a missing one; with client credentials alone there is none to name.
    assert metadata["response_types_supported"] == [], metadata
    for name in metadata.REGISTRY_KEYS:
        if name != "response_types_supported":
            getattr(metadata, f"validate_{name}")()
    assert metadata["issuer"] == BASE, metadata
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"], metadata
    return metadata


def key_auth(metadata, key, alg, kid):
    """The documented parameters that Zvit needs: its issuer as the audience, a life of a minute, the name of the key.

    authlib keeps `claims`, the `jti` it puts in included, so every request gets an object of its own.
    """
    claims = {"exp": int(time.time()) + 60}
    return PrivateKeyJWT(metadata["issuer"], claims=claims, headers={"kid": kid}, alg=alg)


def new_session(client_id, proof, method):
    """Both methods are said: left out, authlib would revoke with client_secret_basic whatever the token was got with."""
    return OAuth2Session(
        client_id, proof, token_endpoint_auth_method=method, revocation_endpoint_auth_method=method
    )


def walk(metadata, session, prepare=lambda: None):
    """Token, use, revocation, refusal."""
    prepare()
    token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", timeout=10)
    assert token["token_type"] == "Bearer" and token["expires_in"] == 600, token
    me = session.get(f"{BASE}/v1/me", timeout=10)
    assert me.status_code == 200 and me.json()["client_id"] == session.client_id, me.text
    prepare()
    revoked = session.revoke_token(
        metadata["revocation_endpoint"], token=token["access_token"], token_type_hint="access_token", timeout=10
    )
    assert revoked.status_code == 200, revoked.text
    refused = session.get(f"{BASE}/v1/me", timeout=10)
    assert refused.status_code == 401 and refused.json()["code"] == "token_revoked", refused.text


def main():
    metadata = discover()
    print("authlib: metadata")
    with open(os.environ["ACCOUNTS"], encoding="utf-8") as file:
        account = next(one for one in json.load(file) if one["role"] == "institution")
    client_id, secret = account["client_id"], account["client_secret"]

    for method in ("client_secret_basic", "client_secret_post"):
        walk(metadata, new_session(client_id, secret, method))
        print(f"authlib: {method}")

    by_secret = new_session(client_id, secret, "client_secret_basic")
    by_secret.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", timeout=10)
    for alg, key in (("ES256", ECKey.generate_key("P-256")), ("EdDSA", OKPKey.generate_key("Ed25519"))):
        kid = f"authlib-{alg}"
        public = {name: value for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x", "y")}
        added = by_secret.post(
            f"{BASE}/v1/clients/{client_id}/keys",
            json={**public, "kid": kid, "alg": alg},
            headers={"Idempotency-Key": str(uuid.uuid4())},
            timeout=10,
        )
        assert added.status_code == 201, added.text
        session = new_session(client_id, key, "private_key_jwt")
        walk(
            metadata,
            session,
            lambda: session.register_client_auth_method(key_auth(metadata, key, alg, kid)),
        )
        print(f"authlib: private_key_jwt {alg}")

    stranger = ECKey.generate_key("P-256")
    session = new_session(client_id, stranger, "private_key_jwt")
    session.register_client_auth_method(key_auth(metadata, stranger, "ES256", "authlib-ES256"))
    try:
        session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", timeout=10)
    except OAuthError as refused:
        assert refused.error == "invalid_client", refused
        print("authlib: a key that is not registered is refused")
    else:
        raise AssertionError("a key that is not registered got a token")


main()
