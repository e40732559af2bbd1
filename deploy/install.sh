#!/usr/bin/env bash
# Install the dashboard as a service from this checkout: user, folders, keys, settings, certificate, units, nginx site.
# Run again at any time: what is there is kept, what changed is written and told. `--root DIR` writes the files below a folder
# and touches nothing else of the machine; `--dry-run` only tells.
set -euo pipefail
umask 022

usage() {
    cat <<'TEXT'
用法：deploy/install.sh [选项]        （在程序目录里以 root 执行，可重复执行）

  --host 主机名[,主机名]   浏览器地址栏里用的主机名或 IP，不带端口；默认本机全名
  --base /ysh              访问路径；默认整个主机名
  --port 8501              看板在本机的端口（只供 nginx 连接）
  --https-port 443         浏览器用的端口
  --http-port 80           只用来转到 https 的端口
  --backup 文件夹          每日备份写到哪里，应是另一块磁盘；默认 /var/backups/scorecard
  --no-nginx               不装 nginx 站点（另有代理时）
  --dry-run                只说明要做什么，不改动本机
  --root 文件夹            把全部文件写到这个文件夹下，不动本机（试装、测试用）
TEXT
}
fail() { printf '未安装：%s\n应为：%s\n请：%s\n' "$1" "$2" "$3" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

program=$(cd "$(dirname "$0")/.." && pwd -P)
root="" dry="" nginx=yes user=scorecard state=/var/lib/scorecard
declare -A given=()
while [ $# -gt 0 ]; do
    case "$1" in
        --host|--base|--port|--https-port|--http-port|--backup|--root)
            [ $# -ge 2 ] || fail "选项 $1 后面没有值" "$1 值" "补上后重新执行"
            given[${1#--}]="$2"; shift ;;
        --no-nginx) nginx="" ;;
        --dry-run) dry=yes ;;
        --help|-h) usage; exit 0 ;;
        *) usage >&2; fail "不认识的选项 $1" "上面列出的选项" "改正后重新执行" ;;
    esac
    shift
done
root=${given[root]:-}
settings=/etc/scorecard/scorecard.env

# --- what is asked for: an option, otherwise what an earlier installation has, otherwise the default -------------------

installed() { sed -n "s/^$1=//p" "$root$settings" 2>/dev/null | tail -n 1; }
chosen() {  # OPTION VARIABLE DEFAULT
    if [ -n "${given[$1]+set}" ]; then printf '%s' "${given[$1]}"
    elif [ -n "$2" ] && [ -f "$root$settings" ] && grep -q "^$2=" "$root$settings"; then installed "$2"
    else printf '%s' "$3"; fi
}
remembered() { sed -nE "$1" "$root/etc/nginx/conf.d/scorecard.conf" 2>/dev/null | head -n "$2" | tail -n 1; }
host_list=$(chosen host SCORECARD_HOSTS "$([ -n "$root" ] || hostname -f 2>/dev/null || hostname 2>/dev/null || true)")
host_list=$(tr -s ' ,，、' ',,,,' <<<"${host_list:-localhost}" | sed 's/^,*//; s/,*$//')
base=$(chosen base SCORECARD_BASE_PATH "")
base=${base%/}; [ -z "$base" ] || base="/${base#/}"
port=$(chosen port SCORECARD_PORT 8501)
backup=$(chosen backup SCORECARD_BACKUP /var/backups/scorecard)
https_port=$(chosen https-port "" "$(remembered 's/^ *listen ([0-9]+) ssl;$/\1/p' 1)"); https_port=${https_port:-443}
http_port=$(chosen http-port "" "$(remembered 's/^ *listen ([0-9]+);$/\1/p' 1)"); http_port=${http_port:-80}

[[ "$base" =~ ^(/[A-Za-z0-9][A-Za-z0-9._-]*)*$ ]] || fail "访问路径 $base" "一级或几级目录，只含字母、数字、点、下划线、连字符，如 /ysh" "改正 --base"
[[ "$host_list" =~ ^[A-Za-z0-9.,-]+$ ]] || fail "主机名 $host_list" "浏览器地址栏里的主机名或 IP，不带 https:// 和端口" "改正 --host"
[[ "$backup" =~ ^/[A-Za-z0-9._/-]*$ ]] || fail "备份文件夹 $backup" "绝对路径，只含字母、数字、点、下划线、连字符" "改正 --backup"
for number in "$port" "$https_port" "$http_port"; do
    [[ "$number" =~ ^[1-9][0-9]{0,4}$ ]] && [ "$number" -le 65535 ] || fail "端口 $number" "1 到 65535 的数" "改正后重新执行"
done
[[ "$program" =~ ^/[A-Za-z0-9._/-]*$ ]] || fail "程序目录 $program" "路径只含字母、数字、点、下划线、连字符" "把程序移到 /opt/scorecard 后重新执行"
if [ -z "$root" ]; then
    [ -n "$dry" ] || [ "$(id -u)" = 0 ] || fail "现在的用户不是 root" "以 root 执行" "sudo deploy/install.sh"
    # ProtectHome and PrivateTmp hide these from the service.
    if [[ "$program/" =~ ^/(root|home|tmp|var/tmp)/ ]]; then
        fail "程序目录是 $program，服务看不到那里" "/opt 或 /srv 下的目录" "mv $program /opt/scorecard，再执行 /opt/scorecard/deploy/install.sh"
    fi
fi

# --- acts -------------------------------------------------------------------------------------------------------------

act() { if [ -n "$dry" ]; then say "将执行：$*"; else "$@"; fi; }
machine() { [ -z "$root" ] || return 0; act "$@"; }  # what changes the machine itself: not below --root
own() { [ -n "$root" ] || [ -n "$dry" ] || chown "$1" "$2"; }
folder() {  # PATH MODE OWNER
    if [ ! -d "$root$1" ]; then act mkdir -p "$root$1"; say "文件夹：$1"; fi
    [ -n "$dry" ] || chmod "$2" "$root$1"
    own "$3" "$root$1"
}
put() {  # PATH MODE OWNER < content: written only where it differs, whole or not at all; the old file is kept beside it
    local to="$root$1" new; new=$(mktemp)
    cat >"$new"
    if cmp -s "$new" "$to"; then rm "$new"; [ -n "$dry" ] || chmod "$2" "$to"; return 0; fi
    if [ -n "$dry" ]; then say "将写入：$1"; rm "$new"; return 0; fi
    mkdir -p "$(dirname "$to")"
    if [ -e "$to" ]; then cp -p "$to" "$to.old"; say "更新：$1（原来的留作 $1.old）"; else say "写入：$1"; fi
    chmod "$2" "$new"; own "$3" "$new"
    mv "$new" "$to.new"; mv "$to.new" "$to"
    changed="$changed $1"
}
secret() {  # PATH: 256 bits, made once
    [ ! -e "$root$1" ] || return 0
    (umask 077; set -o noclobber; od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' | sed 's/$/\n/' >"$root$1")
    own "$user:$user" "$root$1"
    say "密钥：$1"
}
filled() {  # TEMPLATE: its text with what was chosen
    sed -e "s|@USER@|$user|g; s|@PROGRAM@|$program|g; s|@SETTINGS@|$settings|g; s|@STATE@|$state|g; s|@BACKUP@|$backup|g" \
        -e "s|@PORT@|$port|g; s|@HTTPS_PORT@|$https_port|g; s|@HTTP_PORT@|$http_port|g; s|@BASE@|$base|g" \
        -e "s|@HOSTS@|${host_list//,/ }|g; s|@HOST_LIST@|$host_list|g; s|@HTTPS_SUFFIX@|$suffix|g" \
        -e "s|@ROOT_REDIRECT@|$root_redirect|g; s|@SECRET@|$proxy_secret|g" "$program/deploy/$1"
}
changed="" suffix="" root_redirect="" proxy_secret="(made at installation)"
[ "$https_port" = 443 ] || suffix=":$https_port"
[ -z "$base" ] || root_redirect="location = / { return 302 $base/; }  # the rest of the host is not the dashboard's"

# --- packages and the environment -------------------------------------------------------------------------------------

if [ -z "$root" ]; then
    missing=()
    if [ -n "$nginx" ] && ! command -v nginx >/dev/null && [ ! -x /usr/sbin/nginx ]; then missing+=(nginx-light); fi
    command -v openssl >/dev/null || missing+=(openssl)
    command -v runuser >/dev/null || missing+=(util-linux)
    command -v make >/dev/null || missing+=(make)
    if [ ${#missing[@]} != 0 ]; then
        command -v apt-get >/dev/null || fail "缺少 ${missing[*]}" "已安装" "用本机的软件包管理安装后重新执行"
        act apt-get install -y --no-install-recommends "${missing[@]}"
    fi
    act make -C "$program" env
fi

# --- user, folders, keys, settings ------------------------------------------------------------------------------------

if [ -z "$root" ] && ! id "$user" >/dev/null 2>&1; then
    machine useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
    say "用户：$user"
fi
folder "$state" 700 "$user:$user"
folder "$state/data" 700 "$user:$user"
folder "$state/keys" 700 "$user:$user"
folder "$backup" 700 "$user:$user"
folder /etc/scorecard 755 root:root
if [ -z "$dry" ]; then
    secret "$state/keys/audit"
    secret "$state/keys/proxy"
    proxy_secret=$(cat "$root$state/keys/proxy")
fi
# Lines that somebody added stay; the lines of the template are brought to what was chosen.
settings_text=$(filled scorecard.env)
if [ -f "$root$settings" ]; then
    added=$(grep -E '^[A-Za-z_][A-Za-z0-9_]*=' "$root$settings" | while IFS= read -r line; do
        grep -q "^${line%%=*}=" <<<"$settings_text" || printf '%s\n' "$line"
    done)
    settings_text+=${added:+$'\n'"$added"}
fi
put "$settings" 644 root:root <<<"$settings_text"

# --- units, and the command `scorecard` -------------------------------------------------------------------------------

for unit in scorecard.service scorecard-{backup,digest}.{service,timer}; do
    filled "systemd/$unit" | put "/etc/systemd/system/$unit" 644 root:root
done
filled scorecard.sh | put /usr/local/sbin/scorecard 755 root:root

# --- nginx ------------------------------------------------------------------------------------------------------------

error_page() { filled nginx/error.html | sed -e "s|@TITLE@|$2|g; s|@WHAT@|$3|; s|@REMEDY@|$4|" | put "/usr/share/nginx/scorecard-errors/$1.html" 644 root:root; }
if [ -n "$nginx" ]; then
    error_page 400 未能打开 "请求太长或不完整，代理（nginx）没有接收。" "请返回上一页重试；一直如此时，请清除浏览器里本站的 Cookie。"
    error_page 413 文件太大 "文件超过代理（nginx）允许的 200 MB，没有传上去，看板里什么也没有改变。" "请把文件按月拆开再报送；确需更大时，请管理员修改 snippets/scorecard-proxy.conf 的 client_max_body_size。"
    error_page 502 看板没有运行 "代理（nginx）连不上看板服务。服务可能正在启动：启动时会把数据整理到可以显示，需要几秒到几分钟。" "请稍后刷新。一直如此时，请管理员执行 systemctl status scorecard 和 journalctl -u scorecard -n 50 查看原因。"
    error_page 504 看板没有及时回答 "看板服务在规定时间内没有回答代理（nginx）。" "请稍后刷新。一直如此时，请管理员执行 journalctl -u scorecard -n 50 查看原因。"
    if [ -z "$dry" ] && [ ! -e "$root/etc/nginx/ssl/scorecard.crt" ]; then
        mkdir -p "$root/etc/nginx/ssl"
        names=""
        for name in ${host_list//,/ }; do
            if [[ "$name" =~ ^[0-9.]+$ ]]; then names+=",IP:$name"; else names+=",DNS:$name"; fi
        done
        (umask 077; openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj "/CN=${host_list%%,*}" -addext "subjectAltName=${names#,}" \
            -keyout "$root/etc/nginx/ssl/scorecard.key" -out "$root/etc/nginx/ssl/scorecard.crt" 2>/dev/null)
        chmod 644 "$root/etc/nginx/ssl/scorecard.crt"
        say "证书：自签名，825 天。有正式证书时换掉 /etc/nginx/ssl/scorecard.crt 和 scorecard.key，再执行 systemctl reload nginx"
    fi
    filled nginx/scorecard-proxy.conf | put /etc/nginx/snippets/scorecard-proxy.conf 600 root:root
    filled nginx/scorecard-app.conf | put /etc/nginx/snippets/scorecard-app.conf 644 root:root
    filled nginx/scorecard.conf | put /etc/nginx/conf.d/scorecard.conf 644 root:root
fi

# --- start ------------------------------------------------------------------------------------------------------------

# The data is brought to a served state first, told here, and the first password is shown here instead of in the journal.
if [ -z "$root" ] && [ -z "$dry" ] && [ ! -e "$state/data/accounts.json" ]; then
    /usr/local/sbin/scorecard start
    /usr/local/sbin/scorecard reset-admin
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    machine systemctl daemon-reload
    machine systemctl enable --quiet scorecard.service scorecard-backup.timer scorecard-digest.timer
    machine systemctl restart scorecard.service
    machine systemctl start scorecard-backup.timer scorecard-digest.timer
    if [ -n "$nginx" ]; then machine nginx -t -q; machine systemctl reload-or-restart nginx; fi
elif [ -z "$root" ]; then
    say "本机没有运行 systemd：单元文件已写好，没有启动。"
fi
if [ -z "$changed" ]; then say "已是最新，没有改动。"; fi
say "看板地址：https://${host_list%%,*}$suffix$base/"
say "设置：$settings　数据：$state/data　密钥：$state/keys（请另存一份）　备份：$backup"
