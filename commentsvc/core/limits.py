"""How often somebody may try: the one limiter, for the routes that need it."""

from flask import request
from flask_limiter import Limiter

from .network import network_of


def _caller() -> str:
    """The network a request came from: whoever has an IPv6 connection has 2**64 addresses to call from."""
    return network_of(request.remote_addr)


limiter = Limiter(_caller, default_limits=[], strategy="moving-window")
