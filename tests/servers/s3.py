"""A real S3 server for tests: versitygw, one process per test worker, files in a temporary folder.

`python -m tests.servers.s3` builds it with Go under .data/servers (tests/prepare does that); tests never use the network.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from portal_host.env import S3

from . import NoServer, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".data" / "servers"
PROGRAM, VERSION = FOLDER / "versitygw", "v1.8.0"
PRIVATE, PUBLIC = "cong-goc", "cong-hien"

_ANYBODY_READS = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
 "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*"}]}"""


def install() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not PROGRAM.exists():
        module = f"github.com/versity/versitygw/cmd/versitygw@{VERSION}"
        subprocess.run(["go", "install", module], check=True, env=os.environ | {"GOBIN": str(FOLDER)})


@dataclass(frozen=True, slots=True)
class Server:
    """`client`: boto3's, with the server's keys. `settings`: what `S3_URL` would say."""

    url: str
    settings: S3
    client: Any

    def keys(self, bucket: str, prefix: str = "") -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {one["Key"] for page in pages for one in page.get("Contents", ())}


@contextmanager
def s3_server() -> Iterator[Server]:
    """Two buckets: originals for nobody, renditions readable by anybody. Raises `NoServer`."""
    if not PROGRAM.exists():
        raise NoServer("versitygw is not built: python -m tests.servers.s3 (needs Go)")
    port, key, secret = free_port(), "thu", secrets.token_urlsafe(24)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        buckets, iam = Path(folder, "buckets"), Path(folder, "iam")
        buckets.mkdir()
        iam.mkdir()
        environment = os.environ | {"ROOT_ACCESS_KEY": key, "ROOT_SECRET_KEY": secret}
        command = [str(PROGRAM), "--port", f"127.0.0.1:{port}", "--iam-dir", str(iam), "--quiet", "posix", str(buckets)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client = boto3.client(
                "s3",
                endpoint_url=url,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                region_name="us-east-1",
                config=Config(s3={"addressing_style": "path"}, signature_version="s3v4", retries={"max_attempts": 1}),
            )
            _wait(client, process)
            for bucket in (PRIVATE, PUBLIC):
                client.create_bucket(Bucket=bucket)
            client.put_bucket_policy(Bucket=PUBLIC, Policy=_ANYBODY_READS % PUBLIC)
            chosen = S3(
                bucket=PRIVATE,
                endpoint=url,
                access_key=key,
                secret_key=secret,
                public_bucket=PUBLIC,
                public_url=f"{url}/{PUBLIC}",
            )
            yield Server(url, chosen, client)
        finally:
            process.terminate()
            process.wait(10)


def _wait(client: Any, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise NoServer(f"versitygw ended with {process.returncode}")
        try:
            client.list_buckets()
        except Exception:
            time.sleep(0.05)
        else:
            return
    raise NoServer("versitygw does not answer")


if __name__ == "__main__":
    install()
