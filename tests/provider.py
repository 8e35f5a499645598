"""A real OpenID Connect provider on this machine, with keys of its own; it can be told to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from markupsafe import escape
from werkzeug.serving import make_server

CLIENT, SECRET = "comments", "s3cret/with:signs"


class Provider:
    """Who is signed in there is `person`; `lies` replace claims of the token, None leaves one out."""

    def __init__(self) -> None:
        self.key, self.stranger = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two"))
        self.app, self.codes = Flask("provider"), {}
        self.become(email="hanna@newsroom.example", email_verified=True)
        self._routes()
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.port}/realms/news"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def become(self, **person: Any) -> None:
        """Honest from now on, with somebody else signed in."""
        self.person: dict[str, Any] = {"sub": "4711", **person}
        self.lies: dict[str, Any] = {}
        self.sign = self.properly
        self.says_little, self.issuer_said = False, None
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """What the environment would say."""
        secret = SECRET.replace("/", "%2F").replace(":", "%3A")
        return self.issuer.replace("http://", f"http://{CLIENT}:{secret}@") + "?name=Newsroom%20login"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def properly(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def by_a_stranger(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.stranger)

    def without_signature(self, claims: dict[str, Any]) -> str:
        parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."

    def by_the_client_secret(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])

    def by_the_public_key(self, claims: dict[str, Any]) -> str:
        public = OctKey.import_key(self.key.as_pem(private=False))
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, public, algorithms=["HS256"])

    @property
    def root(self) -> str:
        return self.issuer.removesuffix("/realms/news")

    def _allow(self):
        """The person said yes."""
        way_back = self.authorize(request.url)
        return redirect(urlsplit(request.args["redirect_uri"])._replace(path="", query="").geturl() + way_back)

    def authorize(self, location: str) -> str:
        """What the person does at the provider; returns where they are sent back to."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{urlsplit(query['redirect_uri']).path}?code={code}&state={query['state']}"

    def _routes(self) -> None:
        self.app.add_url_rule("/realms/news/.well-known/openid-configuration", view_func=self._discovery)
        self.app.add_url_rule("/keys", view_func=lambda: jsonify(keys=[self.key.as_dict(private=False)]))
        self.app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        self.app.add_url_rule("/person", view_func=self._userinfo)
        self.app.add_url_rule("/authorize", view_func=self._page)
        self.app.add_url_rule("/allow", view_func=self._allow)

    def _page(self) -> str:
        """What a person in a browser is asked."""
        refused = f"{request.args['redirect_uri']}?error=access_denied&state={request.args['state']}"
        return f"""<!doctype html><title>Login</title><h1>Is it you?</h1>
            <p><a href="{self.root}/allow?{escape(request.query_string.decode())}">Yes, go on</a>
            <p><a href="{escape(refused)}">No</a>"""

    def _discovery(self):
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        names["userinfo_endpoint"] = "person"
        offered = ["none", "HS256", "RS256"]
        return jsonify(
            issuer=self.issuer_said or self.issuer,
            id_token_signing_alg_values_supported=offered,
            **{name: f"{self.root}/{path}" for name, path in names.items()},
        )

    def _token(self):
        query, form = self.codes.pop(request.form["code"], None), request.form
        given = request.authorization
        right = given and (unquote(given.username or ""), unquote(given.password or "")) == (CLIENT, SECRET)
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        if not query or not right or proof != query.get("code_challenge") or query["code_challenge_method"] != "S256":
            return jsonify(error="invalid_grant"), 400
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": moment + 300, "iat": moment, "nonce": query["nonce"]}
        if query.get("max_age") == "0":
            claims["auth_time"] = moment
        claims |= {"sub": self.person["sub"]} if self.says_little else self.person
        claims = {name: value for name, value in {**claims, **self.lies}.items() if value is not None}
        return jsonify(access_token="x", token_type="Bearer", expires_in=300, id_token=self.sign(claims))

    def _userinfo(self):
        self.asked.append(request.headers["Authorization"])
        return jsonify(self.person)
