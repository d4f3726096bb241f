#!/usr/bin/env bash
# Makes the two base images of the Dockerfile out of Debian's packages and the checkout's own Node, where no registry of images
# can be reached: vibecode/node:stand-in to build with, vibecode/runtime:stand-in to run on. For a Debian machine, as root.
#   stand-in.sh CACHE_DIRECTORY
set -euo pipefail
cache=$1
root=$cache/node runtime=$cache/runtime
node=$(cd "$(dirname "$0")/../.." && pwd)/node_modules/node/bin/node
mkdir -p "$cache"
command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap; } >/dev/null
if [ ! -e "$root/.complete" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6,netbase,tzdata,tini bookworm "$root" >"$cache/debootstrap.log" 2>&1 ||
    { tail -5 "$cache/debootstrap.log" >&2; exit 1; }
  touch "$root/.complete"
fi
install -m 755 "$node" "$root/usr/local/bin/node"
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$root/usr/local/lib/node_modules"
rm -rf "$root/usr/local/lib/node_modules/npm"
cp -r "$npm" "$root/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
# A registry of packages behind a certificate of this machine's own.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/build-machine.crt"
tar -C "$root" --exclude=./var/cache/apt --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale -c . |
  docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/build-machine.crt' - vibecode/node:stand-in >/dev/null

# As distroless/cc has them: no shell, no package manager.
rm -rf "$runtime"
mkdir -p "$runtime"/{usr/{bin,lib,lib64,sbin},etc/ssl/certs,tmp,home/nonroot}
for name in bin lib lib64 sbin; do ln -s "usr/$name" "$runtime/$name"; done
for package in base-files ca-certificates libc6 libgcc-s1 libssl3 libstdc++6 netbase tzdata; do
  cat "$root"/var/lib/dpkg/info/"$package"{,:amd64,:arm64}.list 2>/dev/null || true
done | grep -vE '^/usr/share/(doc|man|locale|lintian)|/usr/(s?bin)/' | sort -u | while read -r path; do
  if [ ! -d "$root$path" ] || [ -L "$root$path" ]; then printf '%s\n' ".$path"; fi
done >"$cache/files"
tar -C "$root" --ignore-failed-read --no-recursion -c -T "$cache/files" 2>/dev/null | tar -C "$runtime" --keep-directory-symlink --skip-old-files -x
cp "$root/etc/ssl/certs/ca-certificates.crt" "$runtime/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$runtime/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$runtime/etc/group"
chmod 1777 "$runtime/tmp"
chown 65532:65532 "$runtime/home/nonroot"
tar -C "$runtime" -c . | docker import --change 'USER 65532' - vibecode/runtime:stand-in >/dev/null
