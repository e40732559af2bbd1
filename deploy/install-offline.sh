#!/usr/bin/env bash
# Install or upgrade from this bundle on a machine without a network. It may be run again, also after it was interrupted.
# Options beside those below go to the program's deploy/install.sh (--host, --base …).
set -euo pipefail

usage() {
    cat <<'TEXT'
用法：install-offline.sh [选项] [deploy/install.sh 的选项，如 --host kanban.court.cn --base /ysh]

  --prefix 文件夹    程序装到哪里；默认 /opt/scorecard
  --no-packages      不装系统软件包
  --only-program     只装程序和依赖，不装服务
TEXT
}
fail() { printf '未安装：%s\n应为：%s\n请：%s\n' "$1" "$2" "$3" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

here=$(cd "$(dirname "$0")" && pwd -P)
prefix=/opt/scorecard packages=yes service=yes onward=()
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) [ $# -ge 2 ] || fail "选项 $1 后面没有值" "$1 文件夹" "补上后重新执行"; prefix="${2%/}"; shift ;;
        --no-packages) packages="" ;;
        --only-program) service="" ;;
        --help|-h) usage; exit 0 ;;
        *) onward+=("$1") ;;
    esac
    shift
done
[[ "$here$prefix" =~ ^[A-Za-z0-9._/-]+$ ]] || fail "路径 $here 或 $prefix" "只含字母、数字、点、下划线、连字符" "换一个文件夹"

# --- is everything here, and nothing else ----------------------------------------------------------------------------

cd "$here"
[ -f SHA256SUMS ] || fail "没有 SHA256SUMS" "完整的安装包" "重新拷贝安装包"
if ! broken=$(sha256sum --check --quiet --strict SHA256SUMS 2>&1); then
    fail "安装包损坏或被改动：$(grep -v WARNING <<<"$broken" | head -n 3 | tr '\n' ' ')" "与 SHA256SUMS 一致" "重新拷贝安装包"
fi
unlisted=$(comm -13 <(sed 's/^[0-9a-f]*  //' SHA256SUMS | LC_ALL=C sort) <(find . -type f ! -path ./SHA256SUMS | LC_ALL=C sort) | head -n 3 | tr '\n' ' ')
[ -z "$unlisted" ] || fail "安装包里多出 $unlisted" "只有 SHA256SUMS 列出的文件" "重新解开安装包"
target() { sed -n "s/^$1=//p" TARGET; }
[ "$(uname -m)" = "$(target MACHINE)" ] || fail "本机是 $(uname -m)" "$(target MACHINE)" "在同类机器上重新执行 make bundle"
commit=$(target COMMIT)
say "安装包完整：程序 $commit，$(grep -c . SHA256SUMS) 个文件。"

# --- Debian packages, from this folder alone --------------------------------------------------------------------------

if [ -n "$packages" ]; then
    release=$(. /etc/os-release; echo "${ID:-}-${VERSION_ID:-}")
    [ "$release" = "$(target RELEASE)" ] || fail "本机是 $release" "$(target RELEASE)" "在同一发行版上重新执行 make bundle，或自行装好 PACKAGES 所列软件包后加 --no-packages"
    wanted=()  # what is not here yet, or older
    for file in debs/*.deb; do
        read -r package version < <(dpkg-deb -W --showformat '${Package} ${Version}\n' "$file")
        held=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null || true)
        if [ "${held%% *}" != installed ] || dpkg --compare-versions "${held#* }" lt "$version"; then wanted+=("$here/$file"); fi
    done
    if [ ${#wanted[@]} != 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dir::Etc::sourcelist=/dev/null \
            -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root install "${wanted[@]}" >/dev/null
    fi
    say "系统软件包：新装或更新 ${#wanted[@]} 个。"
fi
found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo 没有)
[ "$found" = "$(target PYTHON)" ] || fail "本机的 Python：$found" "$(target PYTHON)" "装好 python$(target PYTHON) 后重新执行"

# --- the program: files that this court changed or added in seeds/ and .streamlit/ go on to the new one ---------------------

holds_data() { [ -n "$(find "$1/data" -mindepth 1 ! -name README.md -print -quit 2>/dev/null)" ] || [ -e "$1/.keys" ]; }
kept() {  # changed or added since its own installation, of the old program
    (cd "$prefix" && sha256sum --check --quiet .shipped 2>/dev/null | sed -n 's/: FAILED$//p' || true
     cd "$prefix" && find seeds .streamlit -type f 2>/dev/null | LC_ALL=C sort | comm -23 - <(sed 's/^[0-9a-f]*  //' .shipped | LC_ALL=C sort)) | LC_ALL=C sort -u
}
[ -e "$prefix" ] || [ ! -e "$prefix.old" ] || mv "$prefix.old" "$prefix"  # interrupted between the two
if [ "$(cat "$prefix/.bundle" 2>/dev/null)" != "$commit" ]; then
    [ ! -e "$prefix" ] || [ -f "$prefix/.shipped" ] || fail "$prefix 已有别的内容" "由安装包装成的程序，或空位置" "移走它，或用 --prefix 另选"
    rm -rf "$prefix.new"; mkdir -p "$prefix.new"
    tar -xzf program.tar.gz -C "$prefix.new"
    (cd "$prefix.new" && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum) >"$prefix.new.shipped"
    mv "$prefix.new.shipped" "$prefix.new/.shipped"
    echo "$commit" >"$prefix.new/.bundle"
    chmod -R go+rX,go-w "$prefix.new"
    if [ -e "$prefix" ]; then
        [ ! -e "$prefix.old" ] || holds_data "$prefix.old" || rm -rf "$prefix.old"
        [ ! -e "$prefix.old" ] || fail "$prefix.old 里有数据" "数据只在一处" "把 $prefix.old/data 移到安全的地方后重新执行"
        while IFS= read -r file; do
            [ -f "$prefix/$file" ] || continue
            before=$(sed -n "s|^\([0-9a-f]*\)  $file\$|\1|p" "$prefix/.shipped")
            now=$(sed -n "s|^\([0-9a-f]*\)  $file\$|\1|p" "$prefix.new/.shipped")
            if [ "$before" != "$now" ] && ! cmp -s "$prefix/$file" "$prefix.new/$file"; then
                fail "$file 本院改过，新程序也改了" "由人决定留哪一处" "比较 $prefix/$file 与 $prefix.new/$file，把本院的改动写进安装包的程序后重做 make bundle；或恢复 $prefix/$file 的原样后重新执行"
            fi
            mkdir -p "$(dirname "$prefix.new/$file")"; cp -p "$prefix/$file" "$prefix.new/$file"; say "保留本院的文件：$file"
        done < <(kept)
        mv "$prefix" "$prefix.old"; say "原来的程序留作 $prefix.old"
    fi
    mv "$prefix.new" "$prefix"
    say "程序：$prefix"
fi
# Data and keys of a program that was run without the service lie in its folder: they go on, whole.
if holds_data "$prefix.old" && ! holds_data "$prefix"; then
    for folder in data .keys; do
        [ ! -e "$prefix.old/$folder" ] || { rm -rf "${prefix:?}/$folder"; mv "$prefix.old/$folder" "$prefix/$folder"; say "数据随程序移到 $prefix/$folder"; }
    done
fi
umask 022
make -s -C "$prefix" env WHEELS="$here/wheels"
say "运行环境已装好，没有用到网络。"
if [ -n "$service" ]; then exec "$prefix/deploy/install.sh" "${onward[@]}"; fi
