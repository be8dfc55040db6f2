#!/bin/sh
# Sets up one machine that serves an attention point to the tablets of its local network over TLS: the program and Caddy
# as systemd services, and a certificate authority of the point's own, which can sign for the point's names and no other.
# Safe to repeat: it changes what differs and says so. docs/operations.md, "TLS for the tablets of a local network".
set -eu

usage() {
  cat <<'TEXT'
usage: sh deploy/local-network/set-up.sh --name ADDRESS [--name ADDRESS ...] [options]

  --name ADDRESS     IP address or host name that the tablets type; the first one becomes the public address
  --program FOLDER   where the program is installed (default: the checkout of this script)
  --instance FOLDER  where its data stand (default: /var/lib/attention-point)
  --user NAME        the user who runs it (default: attention-point)
  --port PORT        where it listens, on this machine alone (default: 8000)
  --new-authority    make a new certificate authority: every tablet must then trust it anew
  --dry-run          say what would be done, and change nothing
  --root FOLDER      write the files below this folder and start nothing: to look at them, or to pack them
TEXT
}

# Prints its first argument, or the second where the terminal speaks Spanish, as `attention-point` does.
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
  en*) speaks_spanish=false ;;
  *) speaks_spanish=true ;;
esac
say() {
  if $speaks_spanish; then echo "$2"; else echo "$1"; fi
}
fail() {
  say "$1" "$2" >&2
  exit 1
}

is_ip_address() {
  case "$1" in *[!0-9.]*) false ;; *.*.*.*) true ;; *) false ;; esac
}
# IPv6 addresses change with the router, so that nobody could type one for long.
check_name() {
  if ! is_ip_address "$1" && ! expr "$1" : '[a-z0-9][a-z0-9.-]*[a-z0-9]$' >/dev/null; then
    fail "$1 is neither an IPv4 address nor a host name in small letters." \
      "$1 no es una dirección IPv4 ni un nombre de equipo en minúsculas."
  fi
}

names='' program='' instance=/var/lib/attention-point user=attention-point port=8000
root='' dry_run=false new_authority=false
while [ $# -gt 0 ]; do
  case "$1" in
    --name | --program | --instance | --user | --port | --root)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      case "$1" in
        --name) check_name "$2"; names="${names:+$names }$2" ;;
        --program) program=$2 ;;
        --instance) instance=$2 ;;
        --user) user=$2 ;;
        --port) port=$2 ;;
        --root) root=${2%/} ;;
      esac
      shift 2 ;;
    --new-authority) new_authority=true; shift ;;
    --dry-run) dry_run=true; shift ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$names" ] || { usage >&2; exit 2; }
case "$port" in *[!0-9]* | '') usage >&2; exit 2 ;; esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ -n "$program" ] || program=$(dirname -- "$(dirname -- "$here")")

main_name=${names%% *}
starts_services=false
if ! $dry_run && [ -z "$root" ]; then
  starts_services=true
  [ "$(id -u)" -eq 0 ] || fail "Run this as root (sudo)." "Ejecútelo como root (sudo)."
  [ -x "$program/.venv/bin/attention-point" ] || fail \
    "$program/.venv/bin/attention-point is missing: run 'make install' in $program first." \
    "Falta $program/.venv/bin/attention-point: primero ejecute 'make install' en $program."
fi

changes=0
# Runs a command of the system; with --dry-run it only prints it, with --root it is left out.
run() {
  if $dry_run; then
    echo "  $*"
  elif $starts_services; then
    "$@"
  fi
}
# write_file PATH MODE GROUP TEXT: writes a file if its text differs.
write_file() {
  path="$root$1"
  if [ -f "$path" ] && [ "$(cat "$path")" = "$4" ]; then
    say "unchanged  $path" "sin cambios  $path"
    return
  fi
  changes=$((changes + 1))
  say "written    $path" "escrito      $path"
  $dry_run && return
  mkdir -p "$(dirname "$path")"
  (umask 077 && printf '%s\n' "$4" >"$path.new")
  chmod "$2" "$path.new"
  if $starts_services; then chgrp "$3" "$path.new"; fi
  mv "$path.new" "$path"
}

# --- Users and packages ------------------------------------------------------------------------------------------------

if ! command -v caddy >/dev/null || ! command -v openssl >/dev/null; then
  run apt-get install --yes --no-install-recommends caddy openssl
fi
if ! id "$user" >/dev/null 2>&1; then
  run useradd --system --home-dir "$instance" --no-create-home --shell /usr/sbin/nologin "$user"
fi
run install -d -m 0700 -o "$user" -g "$user" "$instance"

# --- The certificate authority of the point ----------------------------------------------------------------------------

authority=/etc/caddy/attention-point
certificate=$root$authority/authority.crt
# A tablet that trusts this authority believes it for these names alone: whoever steals its key is no bank.
build_constraints() {
  addresses=0 hosts=0
  for name in $names; do
    if is_ip_address "$name"; then
      addresses=$((addresses + 1)); echo "permitted;IP.$addresses = $name/255.255.255.255"
    else
      hosts=$((hosts + 1)); echo "permitted;DNS.$hosts = $name"
    fi
  done
  if [ $hosts -eq 0 ]; then echo "permitted;DNS.1 = point.invalid"; fi
  if [ $addresses -eq 0 ]; then echo "excluded;IP.1 = 0.0.0.0/0.0.0.0"; fi
  echo "excluded;IP.2 = 0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0"
}
make_authority() {
  changes=$((changes + 1))
  say "written    $certificate" "escrito      $certificate"
  $dry_run && return
  mkdir -p "$root$authority"
  work=$(mktemp -d)
  cat >"$work/request" <<TEXT
[req]
prompt = no
distinguished_name = subject
x509_extensions = authority
[subject]
O = Punto de atención
CN = Punto de atención $main_name
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, @names
[names]
$(build_constraints)
TEXT
  (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$work/key")
  openssl req -x509 -new -utf8 -sha256 -days 3650 -config "$work/request" -key "$work/key" -out "$work/certificate"
  install -m 0644 "$work/certificate" "$certificate"
  install -m 0640 "$work/key" "$root$authority/authority.key"
  if $starts_services; then
    chgrp caddy "$authority/authority.key"
    # What the authority before this one signed would be shown until it ends.
    rm -rf "$(getent passwd caddy | cut -d: -f6)/.local/share/caddy/certificates/local"
  fi
  rm -r "$work"
}
if [ ! -f "$certificate" ] || $new_authority; then
  make_authority
else
  permitted=$(openssl x509 -in "$certificate" -noout -ext nameConstraints | tr -d ' ')
  for name in $names; do
    echo "$permitted" | grep -q -x -F -e "DNS:$name" -e "IP:$name/255.255.255.255" || fail \
      "The authority of this point cannot sign for $name. With --new-authority a new one is made; every tablet must trust it anew." \
      "La autoridad de este punto no puede firmar para $name. Con --new-authority se hace otra; cada tableta debe confiar de nuevo en ella."
  done
  say "unchanged  $certificate" "sin cambios  $certificate"
fi

# --- Settings: those of this script are set, all others stay -----------------------------------------------------------

settings_file=/etc/attention-point.env
settings=$(
  if [ -f "$root$settings_file" ]; then
    grep -v -E '^ATTENTION_POINT_(INSTANCE|PUBLIC_URL|TRUSTED_PROXIES)=' "$root$settings_file" || true
  fi
  echo "ATTENTION_POINT_INSTANCE=$instance"
  echo "ATTENTION_POINT_PUBLIC_URL=https://$main_name"
  echo "ATTENTION_POINT_TRUSTED_PROXIES=127.0.0.1"
)
write_file "$settings_file" 0640 "$user" "$settings"

# --- Services of the program -------------------------------------------------------------------------------------------

hardening="User=$user
UMask=0077
EnvironmentFile=$settings_file
WorkingDirectory=$instance
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=$instance
PrivateTmp=true
# The names in memory must not reach the disk.
MemorySwapMax=0
LimitCORE=0"
write_file /etc/systemd/system/attention-point.service 0644 root "$(cat <<TEXT
[Unit]
Description=The attention point
After=network-online.target
Wants=network-online.target

[Service]
$hardening
LimitNOFILE=4096
ExecStart=$program/.venv/bin/attention-point serve --port $port
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
TEXT
)"
write_file /etc/systemd/system/attention-point-jobs.service 0644 root "$(cat <<TEXT
[Unit]
Description=What the attention point does by itself
After=network-online.target

[Service]
Type=oneshot
$hardening
ExecStart=$program/.venv/bin/attention-point jobs run
TEXT
)"
write_file /etc/systemd/system/attention-point-jobs.timer 0644 root "$(cat <<TEXT
[Unit]
Description=Every quarter of an hour

[Timer]
OnCalendar=*:0/15
Persistent=true

[Install]
WantedBy=timers.target
TEXT
)"

# --- Caddy -------------------------------------------------------------------------------------------------------------

caddyfile=/etc/caddy/Caddyfile
if [ -f "$root$caddyfile" ] && ! grep -q 'attention point' "$root$caddyfile"; then
  say "kept       $root$caddyfile as Caddyfile.before" "guardado     $root$caddyfile como Caddyfile.before"
  $dry_run || cp -p "$root$caddyfile" "$root$caddyfile.before"
fi
sites=''
for name in $names; do sites="${sites:+$sites, }https://$name"; done
write_file "$caddyfile" 0644 root "$(cat <<TEXT
# The attention point. Written by deploy/local-network/set-up.sh: run it again instead of editing this file.
{
	auto_https disable_redirects
	default_sni $main_name
	skip_install_trust
	pki {
		ca local {
			root {
				cert $authority/authority.crt
				key $authority/authority.key
			}
			# The same one signs: a tablet then needs no second certificate.
			intermediate {
				cert $authority/authority.crt
				key $authority/authority.key
			}
		}
	}
	servers {
		timeouts {
			read_header 20s
			read_body 5m
			idle 75s
		}
	}
}
$sites {
	tls {
		issuer internal {
			# Made anew when a third is left. The clock of a tablet without Internet is often days off.
			lifetime 2160h
		}
	}
	request_body {
		max_size 12MB
	}
	# Asked by the page that explains how to trust: a tablet that gets the answer trusts already.
	handle /trusted.txt {
		header Access-Control-Allow-Origin *
		respond "yes"
	}
	handle {
		reverse_proxy 127.0.0.1:$port {
			transport http {
				keepalive 60s
			}
		}
	}
}
# In clear there is only what a tablet needs before it can trust.
http:// {
	root * /usr/local/share/attention-point
	@certificate path /attention-point.crt
	header @certificate Content-Type application/x-x509-ca-cert
	header @certificate Content-Disposition "attachment; filename=attention-point.crt"
	header Cache-Control no-store
	@trust path / /trust.html /attention-point.crt
	handle @trust {
		try_files {path} /trust.html
		file_server
	}
	handle {
		redir https://$main_name{uri}
	}
}
TEXT
)"
write_file /usr/local/share/attention-point/trust.html 0644 root "$(sed "s/@NAME@/$main_name/g" "$here/trust.html")"
if [ -f "$certificate" ]; then
  write_file /usr/local/share/attention-point/attention-point.crt 0644 root "$(cat "$certificate")"
fi

# --- Start -------------------------------------------------------------------------------------------------------------

if $starts_services; then
  grep '^ATTENTION_POINT_' "$settings_file" | tr '\n' '\0' |
    xargs -0 sh -c 'user=$0 program=$1; shift; exec runuser -u "$user" -- env "$@" "$program" init' \
      "$user" "$program/.venv/bin/attention-point"
  caddy validate --config "$caddyfile" --adapter caddyfile >/dev/null 2>&1 || fail \
    "Caddy refuses $caddyfile: caddy validate --config $caddyfile says why." \
    "Caddy rechaza $caddyfile: caddy validate --config $caddyfile dice por qué."
fi
run systemctl daemon-reload
run systemctl enable --now attention-point.service attention-point-jobs.timer caddy.service
# Also where nothing changed now: a run that was stopped half way left new files and old processes.
run systemctl restart attention-point.service caddy.service

echo
say "$changes files changed." "$changes archivos cambiados."
if [ -f "$certificate" ]; then
  fingerprint=$(openssl x509 -in "$certificate" -noout -fingerprint -sha256 | cut -d= -f2)
  say "On each tablet, open http://$main_name and follow the steps. Write down the fingerprint and compare it there:" \
    "En cada tableta abra http://$main_name y siga los pasos. Anote la huella y compárela allí:"
  echo "  SHA-256 $fingerprint"
fi
say "Afterwards the point is at https://$main_name" "Después el punto está en https://$main_name"
