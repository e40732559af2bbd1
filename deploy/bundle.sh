#!/usr/bin/env bash
# Write dist/scorecard-COMMIT.tar: all that a machine without a network needs. `make bundle` calls it.
# In it: the program as committed, the wheels of requirements.lock, Debian packages with all they depend on, SHA256SUMS and
# install-offline.sh. pip and apt use this machine's own settings; the target needs the same release, machine type and Python.
set -euo pipefail

cd "$(dirname "$0")/.."
packages=(python3 python3-venv make util-linux openssl nginx-light chromium)
commit=$(git rev-parse --short=12 HEAD)
name=scorecard-$commit
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
to=$work/$name
mkdir -p "$to/wheels" "$to/debs/partial" dist
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "有未提交的改动：安装包只含已提交的程序。请先提交，再执行 make bundle。" >&2
    exit 1
fi

echo "— 程序 $commit"
git archive --format=tar "$commit" | gzip -n >"$to/program.tar.gz"
cp deploy/install-offline.sh "$to/"

echo "— 依赖包（requirements.lock）"
.venv/bin/python -m pip download -qq --disable-pip-version-check --no-input --require-hashes --no-deps --only-binary :all: \
    -r requirements.lock -d "$to/wheels"

echo "— 系统软件包：${packages[*]}"
: >"$work/status"  # as if nothing were installed: everything these need is taken, whatever the target has already
apt-get -qq -y --download-only --no-install-recommends -o Dir::State::status="$work/status" -o Dir::Cache::archives="$to/debs/" \
    -o APT::Sandbox::User=root -o Debug::NoLocking=1 install "${packages[@]}" >/dev/null
rm -rf "$to/debs/partial" "$to/debs/lock"
for file in "$to"/debs/*.deb; do dpkg-deb -W --showformat '${Package} ${Version}\n' "$file"; done >"$to/PACKAGES"
{
    echo "COMMIT=$commit"
    echo "RELEASE=$(. /etc/os-release; echo "$ID-$VERSION_ID")"
    echo "MACHINE=$(uname -m)"
    echo "PYTHON=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
} >"$to/TARGET"
(cd "$to" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d '\n' sha256sum >SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$work" -cf "dist/$name.tar.new" "$name"
mv "dist/$name.tar.new" "dist/$name.tar"
echo "写入 dist/$name.tar（$(du -m "dist/$name.tar" | cut -f1) MB）。"
echo "拷到没有网络的机器上，执行：tar xf $name.tar && sudo $name/install-offline.sh --host 主机名"
