# Varnish in front of commentsvc, told what changed: `varnishd -f`, after changing the token and the addresses.
# Needs Varnish 6.0 or newer with the module xkey (Debian: varnish-modules). On the worker:
#
#   COMMENTSVC_PURGE_URL=http://Purge-Token:CHANGE-ME@127.0.0.1:6081/purge
#
# and COMMENTSVC_TRUSTED_PROXIES counts Varnish, besides whatever speaks TLS in front of it.

vcl 4.1;

import std;
import xkey;

backend commentsvc {
    .host = "127.0.0.1";
    .port = "8000";
    .probe = {
        .url = "/readyz";
        .interval = 2s;
        .timeout = 3s;
        .window = 3;
        .threshold = 2;
    }
}

sub vcl_recv {
    if (req.url == "/purge") {
        # By a token and not by where the call comes from: behind a proxy that speaks TLS everybody comes from there.
        if (req.method != "POST" || req.http.Purge-Token != "CHANGE-ME") {
            return (synth(403));
        }
        # Not softpurge: that would show once more what was just taken down.
        set req.http.Purged = xkey.purge(req.http.Surrogate-Key);
        return (synth(200, "Forgotten: " + req.http.Purged));
    }
    if (req.url ~ "^/metrics(\?|$)") {
        return (synth(404));
    }
    # An old answer is given out for ten minutes while the service is away (stale-if-error), and else for the moment in
    # which a new one is fetched.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 30s;
    }
    # What was asked for with a cookie or a token is passed by Varnish's own rules, which follow here.
}

sub vcl_backend_response {
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    # What the service lets caches keep, and for how long, is in CDN-Cache-Control; Cache-Control is for browsers.
    if (beresp.status == 200 && beresp.http.CDN-Cache-Control ~ "^public, max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^public, max-age=([0-9]+).*$", "\1s"), 0s);
        set beresp.grace = 10m;
        set beresp.keep = 10m;   # to ask with the ETag
        set beresp.http.xkey = beresp.http.Surrogate-Key;
    } elsif (beresp.http.Cache-Control !~ "^public, max-age=[1-9]") {
        set beresp.uncacheable = true;
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.Surrogate-Control;
    unset resp.http.CDN-Cache-Control;
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
