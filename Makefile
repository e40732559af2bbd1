# The commands of this project; `make` explains them. Nothing here names a package registry: pip and apt use this
# machine's own settings. Why it is built this way: docs/decisions.md.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help run run-spark env spark bundle test check lint sample bench lock audit sbom browser proxy node coverage clean

PYTHON ?= python3
PORT ?= 8501
BASE ?=
# A folder of wheels to install from instead of a registry (deploy/install-offline.sh).
WHEELS ?=
WORKERS ?= 3
UV := uv==0.13.9
PIP_AUDIT := pip-audit==2.10.1
# A worker takes neighbouring tests, which share what is prepared once for a module, and helps the others when it is done.
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist worksteal

# An environment counts as finished only once its stamp lies in it. The stamp's name is the hash of what was asked
# for, so another lock or another Python starts from nothing, and an interrupted install has no stamp.
VENV := .venv
PY := $(VENV)/bin/python
hash = $(shell { $(PYTHON) -V; cat $(1); } 2>&1 | sha256sum | cut -c1-16)
RUNTIME := $(VENV)/.installed-$(call hash,requirements.lock)
BROWSER := $(VENV)/.browser-asked-for
TESTING := $(VENV)/.tests-$(call hash,requirements.lock requirements-test.lock)
# Only wheels: nothing is compiled, no package's build script runs. No dependencies beside the lock, which is complete: the
# resolver of Debian's pip takes `coverage[toml]` for another package than the locked `coverage`, and asks for its newest
# release; from the day there is one, it refuses that for having no hash.
SPARK := $(VENV)/.spark-$(call hash,requirements.lock requirements-spark.lock)
PIP_INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-deps --only-binary :all: $(if $(WHEELS),--no-index --find-links $(WHEELS))

# Shell function `system_packages WHY PACKAGE…`: installs Debian packages where that is allowed, or names them and stops.
define SYSTEM_PACKAGES
system_packages() {
    local why="$$1" as="" told; shift
    if [ "$$(id -u)" != 0 ]; then as="sudo -n"; fi
    if command -v apt-get >/dev/null && { [ -z "$$as" ] || $$as true 2>/dev/null; }; then
        echo "正在安装系统软件包（$$why）：$$*"
        # A stale or empty package list is the usual state of a fresh machine; whether it was enough, install tells.
        told=$$($$as apt-get update -qq 2>&1) || true
        told+=$$($$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" 2>&1) && return 0
        tail -n 5 <<<"$$told" >&2
    fi
    {
        echo "缺少系统软件包（$$why），本命令无法代为安装。请管理员执行：apt-get install $$*"
        echo "System packages are missing and could not be installed from here. Run as root: apt-get install $$*"
    } >&2
    exit 1
}
endef

help:   ## 说明各条命令
	echo "法治化营商环境指标看板"
	echo
	sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 18
	echo
	echo "  换端口：make run PORT=8502　　换访问路径：make run BASE=/ysh"

run: $(RUNTIME)   ## 启动看板；首次运行先建环境、装依赖、发布示例数据
	$(SYSTEM_PACKAGES)
	if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then
	    echo "端口 $(PORT) 已被占用。请换一个：make run PORT=$$(( $(PORT) + 1 ))" >&2
	    exit 1
	fi
	$(PY) -m etl start
	# Pictures and PDF need a browser on the server; without one everything else works, and the pages say so. Asked for once
	# in an environment: a server without a network must not wait for one at every start.
	if [ ! -e $(BROWSER) ] && ! $(PY) -m scorecard.briefing.browser.queue >/dev/null; then
	    ( system_packages "导出图片和 PDF 需要浏览器" chromium ) || echo "看板照常启动；装好浏览器之前，服务器不能导出图片和 PDF。"
	fi
	touch $(BROWSER)
	echo
	echo "  看板地址：http://127.0.0.1:$(PORT)$(BASE)"
	echo "  停止：在本窗口按 Ctrl+C"
	echo
	exec $(PY) -m scorecard.ui.server.serve --port $(PORT) $(if $(BASE),--base-path $(BASE))

env: $(RUNTIME)   ## 只建环境、装依赖，不启动

spark: $(SPARK)   ## 装可选的 Spark 引擎和 Java；make run-spark 用它建库并发布

# The main job on a cluster or on all cores: MASTER=spark://…, REMOTE=sc://…, or nothing for this machine.
run-spark: $(SPARK)
	$(PY) -m etl publish --engine spark $(if $(MASTER),--master $(MASTER)) $(if $(REMOTE),--remote $(REMOTE))

test: browser lint   ## 全部检查：格式、静态检查、类型、导入约束、单元、属性、页面、浏览器测试
	$(PYTEST)

check: proxy lint   ## 同上，不含浏览器测试
	$(PYTEST) -m "not browser"

lint: node $(TESTING)   ## 只做格式、静态检查、类型、导入约束
	echo "— 格式 ruff format";  $(PY) -m ruff format --check --output-format concise .
	echo "— 静态检查 ruff";     $(PY) -m ruff check --output-format concise .
	echo "— 类型 basedpyright"; $(PY) -m basedpyright
	echo "— 导入约束";          $(PY) $(VENV)/bin/lint-imports

coverage: $(TESTING)   ## 哪些行没有测试走到（不含浏览器测试）
	$(PYTEST) -m "not browser" --cov --cov-report=term

sample: $(RUNTIME)   ## 重新生成并发布示例数据
	$(PY) -m etl sample

bench: browser node $(TESTING)   ## 性能测量（以比值表示）
	$(PY) -m tests.bench.run

bundle: $(RUNTIME)   ## 打一个离线安装包（程序、依赖、系统软件包、校验值）
	deploy/bundle.sh

lock: $(RUNTIME)   ## 按 pyproject.toml 重新锁定版本；UPGRADE=--upgrade 升级全部
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check "$(UV)"
	# No line of a recipe may begin with a dash: make would take it for its own sign.
	compile=($(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 $(UPGRADE))
	compile+=(--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock")
	"$${compile[@]}" pyproject.toml -o requirements.lock
	"$${compile[@]}" pyproject.toml --group test -c requirements.lock -o requirements-test.lock
	"$${compile[@]}" --group spark -c requirements.lock -o requirements-spark.lock

audit: $(RUNTIME)   ## 核查锁定的软件包有无已知漏洞（须能连到互联网）；每处都要在 docs/security.md 有答复
	$(PYTHON) -m venv $(VENV)/audit
	if ! $(VENV)/audit/bin/python -m pip install -qq --disable-pip-version-check "$(PIP_AUDIT)"; then
	    echo "核查工具没有装上，软件包没有核查。请在能连到互联网的机器上重新执行 make audit" >&2
	    exit 2
	fi
	$(VENV)/audit/bin/python deploy/vulnerabilities.py

sbom: $(RUNTIME)   ## 写出物料清单 sbom.json（CycloneDX）：软件包、哈希、许可
	$(PY) deploy/sbom.py > sbom.json.new
	mv sbom.json.new sbom.json
	echo "已写出：sbom.json"

clean:   ## 删除环境与缓存；不动 data/
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -prune -exec rm -rf {} +

# LibreOffice and poppler read the exported papers back as another program would.
browser: proxy
	$(SYSTEM_PACKAGES)
	missing=()
	command -v chromium >/dev/null || missing+=(chromium)
	[ -n "$$(fc-list :lang=zh-cn 2>/dev/null)" ] || missing+=(fontconfig fonts-noto-cjk)
	command -v soffice >/dev/null || missing+=(libreoffice-writer-nogui libreoffice-impress-nogui libreoffice-calc-nogui)
	command -v pdftotext >/dev/null || missing+=(poppler-utils)
	[ $${#missing[@]} = 0 ] || system_packages "浏览器测试和文稿测试需要" "$${missing[@]}"

# The files of deploy/ are tried with the real proxy, which asks for a certificate.
proxy:
	$(SYSTEM_PACKAGES)
	missing=()
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || missing+=(nginx-light)
	command -v openssl >/dev/null || missing+=(openssl)
	[ $${#missing[@]} = 0 ] || system_packages "代理的测试需要" "$${missing[@]}"

# The Node inside the wheels of basedpyright and playwright is linked against a library that a minimal Debian lacks.
node: $(RUNTIME)
	$(SYSTEM_PACKAGES)
	$(PY) -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || system_packages "类型检查和浏览器测试需要" libatomic1

$(RUNTIME): requirements.lock
	$(SYSTEM_PACKAGES)
	exec 9<Makefile; flock 9                 # two commands at once: the second waits and finds the work done
	if [ -e $@ ]; then touch $@; exit 0; fi
	command -v $(PYTHON) >/dev/null || system_packages "运行环境" python3 python3-venv
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	    echo "需要 Python 3.11 或更新版本，现为 $$($(PYTHON) -V)。可指定：make run PYTHON=python3.12" >&2
	    exit 1
	fi
	# Debian's python3 comes without ensurepip; without it a venv would have no pip.
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || system_packages "Debian 的 python3 不含 venv" python3-venv
	echo "正在建立运行环境并安装依赖（首次约需一至数分钟）…"
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	if ! $(PIP_INSTALL) -r requirements.lock; then
	    echo "依赖未装完。请检查网络或本机的 pip 设置，然后重新执行同一条命令。" >&2
	    exit 1
	fi
	touch $@

$(TESTING): requirements-test.lock | $(RUNTIME)
	exec 9<Makefile; flock 9
	if [ -e $@ ]; then touch $@; exit 0; fi
	echo "正在安装测试所需的软件包…"
	if ! $(PIP_INSTALL) -r requirements-test.lock; then
	    echo "测试所需的软件包未装完。请检查网络或本机的 pip 设置，然后重新执行同一条命令。" >&2
	    exit 1
	fi
	touch $@

# PySpark comes as a source archive, the only package here that is built; nothing in it is compiled.
$(SPARK): requirements-spark.lock | $(RUNTIME)
	$(SYSTEM_PACKAGES)
	command -v java >/dev/null || system_packages "Spark 需要 Java" openjdk-17-jre-headless
	exec 9<Makefile; flock 9
	if [ -e $@ ]; then touch $@; exit 0; fi
	echo "正在安装 Spark（约 500 MB）…"
	if ! $(PIP_INSTALL) --no-binary pyspark -r requirements-spark.lock; then
	    echo "Spark 未装完；看板不需要它。请检查网络或本机的 pip 设置，然后重新执行同一条命令。" >&2
	    exit 1
	fi
	touch $@
