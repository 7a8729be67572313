"""The deployment that docs/operations.md describes, on loopback: its files are those of the document."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.deployment.database import PostgreSQL
from tests.deployment.processes import Server, free_port, program

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "docs" / "deployment"
HOST = "app.example.com"

POOL = 3
"""Connections to PostgreSQL: fewer than threads, which have to share them."""


MANY_FAILURES = 'SCIM_PROVISIONING["MAX_FAILURES_PER_MINUTE"] = 100_000'
"""All come from one address here."""

SAMPLE_DATA = "from example_project import sample_data; sample_data.load()"
AROUND_THE_SITE = """
user root;
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log off;
    include /etc/nginx/mime.types;
    include {folder}/nginx.conf;
}}
"""
"""In the place of Debian's nginx.conf, which needs root and the folders of the system."""


class Site:
    """All servers of the deployment, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)  # root gives its servers other users
        self.folder = folder
        self.https, self.http, self.pooler = free_port(), free_port(), free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PG", "SCIM_", "DATABASE_"))},
            "PYTHONPATH": f"{folder}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "settings",
            "DJANGO_SECRET_KEY": "a secret of fifty letters or more, of nobody else's",
            "DATABASE_PASSWORD": "secret",
            "XDG_RUNTIME_DIR": str(folder),  # where gunicorn puts the socket by which it is controlled
            "GUNICORN_CMD_ARGS": f"--access-logfile={folder}/workers.log --access-logformat='%(p)s'",
        }
        self._running: list[Server] = []
        self.postgresql = PostgreSQL(folder / "postgresql")

    def start(self) -> None:
        """From the database to the proxy."""
        self._make_certificates()
        self._start_pgbouncer()
        self._write_settings("settings.py")
        self._write("middleware.py")
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.manage("shell", "--command", SAMPLE_DATA)
        self.start_gunicorn()
        self._start_nginx()

    def start_gunicorn(self) -> None:
        """Also once more, when it was stopped."""
        conf = self._write("gunicorn.conf.py", {"/run/product": self.folder})
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", conf]
        self.gunicorn = self._start("gunicorn", gunicorn, self.folder / "gunicorn.sock")

    def stop(self) -> None:
        for server in reversed(self._running):
            server.stop()
        self.postgresql.delete()

    def manage(self, *arguments: str, expect: int = 0) -> str:
        """What a command of the product writes to standard output; beside it, where it is to fail."""
        command = [sys.executable, ROOT / "manage.py", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stderr if expect else done.stdout

    def events(self, *arguments: str) -> list[dict[str, Any]]:
        """What was recorded, the oldest first."""
        return [json.loads(line) for line in self.manage("scim", "events", "--json", *arguments).splitlines()]

    def client(self, token: str | None = None, *, path: str = "/scim/v2", **transport: Any) -> httpx2.Client:
        """A client that trusts the authority; whatever the port, it asks for the product by its name."""
        return httpx2.Client(
            base_url=f"https://127.0.0.1:{self.https}{path}",
            headers={"Host": HOST, **({"Authorization": f"Bearer {token}"} if token else {})},
            transport=httpx2.HTTPTransport(verify=self.tls, **transport),
            timeout=60,
        )

    def workers(self) -> list[str]:
        """Which worker has answered each request so far, the oldest first."""
        return (self.folder / "workers.log").read_text().split()

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.folder / "ca.pem")

    @contextmanager
    def another_gunicorn(self, settings: str = "", *options: str) -> Iterator[httpx2.Client]:
        """A gunicorn that is reached without nginx, with more in its settings."""
        port = free_port()
        name = f"settings_{port}"
        self._write_settings(f"{name}.py", settings)
        conf = str(self.folder / "gunicorn.conf.py")
        server = Server(
            [sys.executable, "-m", "gunicorn", "--config", conf, "--bind", f"127.0.0.1:{port}", *options],
            port,
            self.folder / f"gunicorn-{port}.log",
            {**self.environment, "DJANGO_SETTINGS_MODULE": name},
        )
        try:
            with httpx2.Client(
                base_url=f"http://127.0.0.1:{port}/scim/v2", headers={"Host": HOST}, timeout=60, trust_env=False
            ) as client:
                yield client
        finally:
            server.stop()

    def _write(self, file: str, here: dict[str, Any] | None = None, *, name: str = "", add: str = "") -> str:
        """A file of the document, with what is another here; all of that stands in it."""
        text = (FILES / file).read_text("utf-8")
        for theirs, ours in (here or {}).items():
            assert theirs in text, f"{file} has no {theirs!r}"
            text = text.replace(theirs, str(ours))
        path = self.folder / (name or file)
        path.write_text(f"{text}{add}\n", "utf-8")
        return str(path)

    def _write_settings(self, name: str, more: str = "") -> None:
        here = {"/srv/product": self.folder, "6432": self.pooler}
        self._write("settings.py", here, name=name, add=f"{MANY_FAILURES}\n{more}")

    def _start(self, name: str, command: list[str], address: int | Path) -> Server:
        server = Server(command, address, self.folder / f"{name}.log", self.environment)
        self._running.append(server)
        return server

    def _make_certificates(self) -> None:
        """An authority of our own, and its certificate for the product's name."""
        (self.folder / "ca.cnf").write_text("[req]\ndistinguished_name = none\n[none]\n")
        key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        authority = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        signed = "-CA ca.pem -CAkey ca.key -CAcreateserial"
        names = f"-addext subjectAltName=DNS:{HOST},IP:127.0.0.1"
        for command in (
            f"req -x509 {key} -keyout ca.key -out ca.pem -days 1 -config ca.cnf -subj /CN=Authority {authority}",
            f"req {key} -keyout privkey.pem -out csr.pem -config ca.cnf -subj /CN={HOST} {names}",
            f"x509 -req -in csr.pem {signed} -days 1 -copy_extensions copyall -out fullchain.pem",
        ):
            command_line = [str(program("openssl")), *command.split()]
            subprocess.run(command_line, cwd=self.folder, check=True, capture_output=True)

    def _start_pgbouncer(self) -> None:
        (self.folder / "userlist.txt").write_text('"product" "secret"\n')
        here = {
            "/var/run/postgresql": self.postgresql.socket_dir,
            "6432": self.pooler,
            "/etc/pgbouncer/userlist.txt": self.folder / "userlist.txt",
            "default_pool_size = 20": f"default_pool_size = {POOL}",
        }
        user = ["-u", self.postgresql.user] if self.postgresql.user else []
        command = [str(program("pgbouncer")), *user, self._write("pgbouncer.ini", here)]
        self._start("pgbouncer", command, self.pooler)

    def _start_nginx(self) -> None:
        here = {
            "listen 443": f"listen 127.0.0.1:{self.https}",
            "listen 80": f"listen 127.0.0.1:{self.http}",
            "/run/product": self.folder,
            "/etc/ssl/product": self.folder,
            "/srv/product": self.folder,
            "/var/log/nginx/product.log": self.folder / "access.log",
        }
        self._write("nginx.conf", here)
        around = self.folder / "around.conf"
        around.write_text(AROUND_THE_SITE.format(folder=self.folder))
        errors = str(self.folder / "nginx-errors.log")
        nginx = [str(program("nginx")), "-p", str(self.folder), "-e", errors, "-c", str(around)]
        self._start("nginx", nginx, self.https)
