"""The server: `python -m scorecard.ui.server.serve --port 8501`. The app behind its gateway, on this machine only.

Behind a proxy: `--base-path /ysh` (or SCORECARD_BASE_PATH) moves everything below that path, and SCORECARD_HOSTS lists the
host names that browsers may use, beside this machine's own.

A first start creates an administrator and shows its password once; `--reset-admin` makes a new one.
"""

import argparse
import os
import re
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.routing import Route
from starlette.types import ASGIApp
from streamlit import config

from scorecard.errors import ScorecardError
from scorecard.identity import settings
from scorecard.identity.accounts import FIRST, first_administrator, reset_administrator
from scorecard.identity.authentication import Authenticator
from scorecard.identity.settings import AddressLimits
from scorecard.storage import data_format
from scorecard.storage.atomic_files import begin_private, close_to_others
from scorecard.storage.data_dir import default_data, default_seeds
from scorecard.ui.server import calendar_feed, files, first_page
from scorecard.ui.server.connections import bounded_connections
from scorecard.ui.server.read_interface import ReadInterface
from scorecard.ui.server.security_middleware import HOSTS_VARIABLE, SecurityMiddleware
from scorecard.ui.server.sign_in_pages import SignInPages
from scorecard.ui.server.sockets import LARGEST
from scorecard.ui.shell import identity
from scorecard.ui.shell.addresses import parsed_base_path
from scorecard.ui.shell.cached import keep_old_until_ready, seeds_catalog

APP = Path(__file__).resolve().parents[3] / "app.py"
BASE_PATH_VARIABLE = "SCORECARD_BASE_PATH"
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")  # a name or an address, no port
_PATIENCE = 10  # seconds after a publication that readers may still see the version before it
_SHUTDOWN = 3  # seconds that open windows have when the server is told to stop


def application(authenticator: Authenticator) -> ASGIApp:
    """The app with its sign-in pages, behind its gateway."""
    identity.use(authenticator)
    return SecurityMiddleware(st.App(APP, routes=routes(authenticator)), authenticator)


def routes(authenticator: Authenticator) -> list[Route]:
    """The addresses that the server answers itself, before the framework."""
    own = [*SignInPages(authenticator).routes(), files.route(authenticator), calendar_feed.route(authenticator)]
    own += ReadInterface(authenticator).routes()
    return [*own, *first_page.routes(APP.parent / "pages")]


def server(app: ASGIApp, limits: AddressLimits, port: int) -> uvicorn.Server:
    """What serves the app at a port."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=config.get_option("server.address"),
            port=port,
            # A header must not say where a connection comes from: authentication.py decides what a proxy is trusted with.
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_level="error",  # what strangers send must not fill the log
            http=bounded_connections(limits),
            loop="scorecard.ui.server.event_loop:new_event_loop",
            ws="websockets-sansio",
            ws_max_size=LARGEST,
            timeout_graceful_shutdown=_SHUTDOWN,
        )
    )


def _departments() -> Mapping[str, str]:
    return {
        spelling: department.id
        for department in seeds_catalog().departments.values()
        if not department.collective
        for spelling in (department.id, department.name, *department.aliases)
    }


def place(base: str, hosts: str) -> None:
    """Set the base path and the host names that browsers may use; raise ScorecardError for what cannot be one."""
    path = parsed_base_path(base)
    if path is None:
        expected = "一级或几级目录，只含字母、数字、点、下划线、连字符，如 /ysh"
        raise ScorecardError(
            f"--base-path（{BASE_PATH_VARIABLE}）", f"“{base}”不能作访问路径", expected, "请改正后重新启动"
        )
    named = [host for host in re.split(r"[\s,，、]+", hosts) if host]
    for host in named:
        if not _HOST.fullmatch(host):
            expected = "浏览器地址栏里的主机名，不带 https:// 和端口，几个用逗号隔开"
            raise ScorecardError(HOSTS_VARIABLE, f"“{host}”不是主机名", expected, "请改正后重新启动")
    config.set_option("server.baseUrlPath", path.strip("/"))
    config.set_option(
        "server.allowedHosts", [*config.get_option("server.allowedHosts"), *(host.strip("[]") for host in named)]
    )


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scorecard.ui.server.serve", add_help=False)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--base-path", default=os.environ.get(BASE_PATH_VARIABLE, ""))
    parser.add_argument("--reset-admin", action="store_true")
    options = parser.parse_args(arguments)
    begin_private()
    try:
        place(options.base_path, os.environ.get(HOSTS_VARIABLE, ""))
        data_format.require_readable(default_data())
        authenticator = Authenticator(default_data(), settings.load(default_seeds()), _departments)
        if closed := close_to_others(authenticator.data):
            sys.stderr.write(
                f"数据目录 {authenticator.data.root}：{closed} 个文件或目录原先本机其他用户也能读取，已改为只有运行看板的用户可以读写"
                "（目录 700、文件 600），不需要再做什么\n"
            )
        _ = authenticator.proxy_secret  # made here, so that a proxy can be told it, and told here if it cannot be read
        if options.reset_admin:
            _show_password("管理员密码已重置", reset_administrator(authenticator.data))
            return 0
        if authenticator.settings.local_accounts and (password := first_administrator(authenticator.data)):
            _show_password("首次启动：已创建管理员账户", password)
    except ScorecardError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    config.set_option("server.port", options.port)
    keep_old_until_ready(_PATIENCE)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # systems begin with fewer files than connections are allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    running = server(application(authenticator), authenticator.settings.limits, options.port)
    running.run()
    return 0 if running.started else 1


def _show_password(what: str, password: str) -> None:
    lines = (
        "",
        f"  {what}",
        f"    账户：{FIRST}",
        f"    密码：{password}",
        "  密码只显示这一次，登录后须修改；忘记时在服务器上执行：.venv/bin/python -m scorecard.ui.server.serve --reset-admin",
        "",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
