"""nginx as the one front door: the storefront's pages, and every public function behind its routes."""

import os
from dataclasses import dataclass
from pathlib import Path

from . import table
from .processes import Program

STOREFRONT = "Functions/Storefront"

# What a page of ours may do. A form may lead to where buyers pay.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self' {payment_pages}; base-uri 'none'; frame-ancestors 'none'"
)
STRIPES_PAGES = "https://checkout.stripe.com"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "$strict_transport",
}

CONFIGURATION = """\
# Made from infra/functions.json by infra/local/latchkey_local/front_door.py; changes here are lost.
daemon off;
{user}worker_processes 1;
worker_rlimit_nofile 20000;
pid "{folder}/nginx.pid";
error_log stderr warn;

# nginx counts no connection against its caller before the request's header is complete, so there are many more than one
# caller can hold by mistake or with little effort, and those without a complete header end soon.
events {{
    worker_connections 16384;
}}

http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css text/plain image/svg+xml;
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 65s;

    client_body_temp_path "{folder}/body";
    proxy_temp_path "{folder}/proxy";
    fastcgi_temp_path "{folder}/fastcgi";
    uwsgi_temp_path "{folder}/uwsgi";
    scgi_temp_path "{folder}/scgi";

    # As the functions have it: ServerLimits.swift. A body is passed on when it is complete (proxy_request_buffering), so
    # that a function never waits for a slow one.
    client_max_body_size {body_limit};
    client_body_buffer_size 64k;
    large_client_header_buffers 4 16k;
    client_header_timeout 5s;
    client_body_timeout 10s;
    lingering_time 5s;
    lingering_timeout 2s;
    reset_timedout_connection on;

    # What our own proxies in front of this one, if there are any, say of where a request came from.
    map $http_x_forwarded_for $forwarded_address {{
        default $remote_addr;
        "~(?:^|,)[ ]*\\[?(?<address>[0-9a-fA-F.:]{{1,45}}?)(?:\\]?:[0-9]+|\\])?[ ]*(?:,[^,]*){{{skipped}}}$" $address;
    }}

    # The caller: an IPv4 address, or about the first 64 bits of an IPv6 address. Its requests count against it from the
    # end of the header to the answer.
    map ${caller} $caller {{
        default ${caller};
        "~^(?<head>(?:[0-9a-fA-F]+:){{3}}[0-9a-fA-F]+):" $head;
        "~^(?<run>[0-9a-fA-F:]*)::" "$run::";
    }}
    limit_conn_zone $caller zone=callers:10m;
    limit_conn_status 429;
    limit_conn_log_level info;

    gzip on;
    gzip_vary on;
    gzip_min_length 512;
    gzip_types text/css text/plain application/json application/problem+json image/svg+xml;

    # A page may have changed since it was last shown; what it is made of changes seldom.
    map $sent_http_content_type $cache_control {{
        default "public, max-age=3600";
        ~^text/html "no-cache";
    }}

    # For a door behind TLS alone: RFC 6797 section 7.2.
    map $http_x_forwarded_proto $strict_transport {{
        default "";
        https "max-age=63072000; includeSubDomains";
    }}

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 2s;
    proxy_read_timeout 60s;

{behind}
    server {{
        listen {listen};
        server_name _;
        root "{storefront}";
        absolute_redirect off;
        # Only what nginx itself says; a function's own answer passes as it is.
        error_page 404 /404.html;
        error_page 400 405 413 414 416 429 501 505 /4xx.html;
        error_page 494 =431 /4xx.html;
        error_page 500 502 504 /50x.html;

        location = /healthz {{
            default_type text/plain;
            return 200 "ok\\n";
{headers}
            add_header Cache-Control no-store always;
        }}

{locations}
        location / {{
            try_files $uri $uri/index.html $uri.html =404;
{headers}
            add_header Cache-Control $cache_control always;

            # What editors and version control leave beside the pages.
            location ~ /[.](?!well-known/) {{
                return 404;
            }}
        }}
    }}
}}
"""

UPSTREAM = """\
    upstream {name} {{
        server {address};
        keepalive 16;
        keepalive_timeout 30s;
    }}
"""

LOCATION = """\
        location {route} {{
            # What nginx says of a request names its path, and a buyer's path is as good as a key.
            error_log stderr crit;
            limit_conn callers {requests};
{limit}{way}
        }}
"""

# How many requests of one caller may be under way: an office on release day, or Stripe's deliveries from one address.
REQUESTS = 100

# To an address that stays, over connections that stay.
STEADY_WAY = """\
            proxy_pass http://{name};"""

# To a name that is looked up anew whenever its time is over: a container that comes back has another address.
NAMED_WAY = """\
            set $function {address};
            proxy_pass http://$function;"""


@dataclass(frozen=True)
class Door:
    """One front door: where it listens and keeps its files, what it shows, and where each function is."""

    listen: str
    folder: Path
    storefront: Path
    payment_pages: str
    addresses: dict
    user: str = ""
    caller: str = "remote_addr"  # the variable with a caller's address; `forwarded_address` behind other proxies of ours
    skipped: str = "0"  # how many addresses at the right of X-Forwarded-For are then those of our own proxies
    resolver: str = ""  # who knows the addresses' names; empty when they are numbers


def local_door(layout, functions, moved):
    """The door of a stack on this machine; the sandbox's payment page stands in for Stripe's.

    `moved` has the ports of functions that are not at their usual one.
    """
    port = layout.sandbox_port
    ports = {function.name: moved.get(function.name, layout.port(function.port)) for function in functions}
    return Door(
        listen=f"127.0.0.1:{layout.front}",
        folder=layout.folder / "nginx",
        storefront=layout.root / STOREFRONT,
        payment_pages=f"{STRIPES_PAGES} http://127.0.0.1:{port} http://localhost:{port}",
        addresses={name: f"127.0.0.1:{port}" for name, port in ports.items()},
        user="root" if os.geteuid() == 0 else "",
    )


def program(layout, functions):
    """nginx as a program of the stack, its configuration freshly written."""
    folder = layout.folder / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    file = write(layout, functions, {})
    return Program(
        name="front door",
        command=["/usr/sbin/nginx", "-c", file, "-p", folder, "-e", "stderr"],
        environment={},
        log=layout.log("nginx"),
        ready_url=f"http://127.0.0.1:{layout.front}/healthz",
    )


def write(layout, functions, moved):
    """Writes the configuration and answers its file; `moved` has the ports of functions that are not at their usual one."""
    file = layout.folder / "nginx/nginx.conf"
    file.write_text(configuration(local_door(layout, functions, moved), functions), encoding="utf-8")
    return file


def configuration(door, functions):
    """The whole of nginx's configuration."""
    public = [function for function in functions if function.public]
    return CONFIGURATION.format(
        user=f"user {door.user};\n" if door.user else "",
        folder=door.folder,
        storefront=door.storefront,
        listen=door.listen,
        behind=_behind(door, public),
        locations="".join(_location(door, function, path) for function in public for path in function.paths),
        headers=_headers(door),
        body_limit=table.BODY_LIMIT,
        caller=door.caller,
        skipped=door.skipped,
    )


def _behind(door, functions):
    if door.resolver:
        # Not for as long as Docker's name server says, which is ten minutes.
        return f"    resolver {door.resolver} valid=10s;\n    resolver_timeout 2s;\n"
    return "".join(UPSTREAM.format(name=each.name, address=door.addresses[each.name]) for each in functions)


def _location(door, function, path):
    """A path that ends in a slash is everything below it; any other is that one path."""
    name = function.name
    way = (NAMED_WAY if door.resolver else STEADY_WAY).format(name=name, address=door.addresses[name])
    limit = function.body_limit_at(path)
    limit = f"            client_max_body_size {limit};\n" if limit != table.BODY_LIMIT else ""
    return LOCATION.format(way=way, limit=limit, requests=REQUESTS, route=path if path.endswith("/") else f"= {path}")


def _headers(door):
    headers = HEADERS | {"Content-Security-Policy": CONTENT_POLICY.format(payment_pages=door.payment_pages)}
    return "\n".join(f'            add_header {name} "{value}" always;' for name, value in headers.items())
