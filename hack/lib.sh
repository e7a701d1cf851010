# shellcheck shell=bash
# What the scripts in this folder share. They source it; it takes them to the top of the
# repository and gives them functions.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

say() { printf '%s\n' "$*" >&2; }

die() {
	say "error: $*"
	exit 2
}

# go_wanted is the least version of Go that go.mod allows.
go_wanted() { awk '$1 == "go" { print $2; exit }' go.mod; }

# need_go refuses a Go that is missing or older than go.mod says, in words that tell what
# to do. It asks outside of the module, where an old Go still answers.
need_go() {
	local want have
	want=$(go_wanted)
	command -v go >/dev/null ||
		die "Go is not installed: install Go $want or newer (https://go.dev/doc/install) and put it into PATH"
	have=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
	have=${have#go}
	have=${have%%[ -]*}
	[[ $have == devel* ]] && return
	[[ $(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1) == "$want" ]] ||
		die "Go is $have and this needs $want or newer: install it (https://go.dev/doc/install) and put it first into PATH"
}

# need_c installs what the race detector needs, a C compiler and its headers, unless they
# are there. Nothing else in the repository is C.
need_c() {
	if "${CC:-gcc}" -fsyntax-only -x c - <<<'#include <stdlib.h>' >/dev/null 2>&1; then
		return
	fi
	need_packages 'the race detector' gcc libc6-dev
}

# need_packages FOR PACKAGES... installs Debian packages, as root or through sudo.
need_packages() {
	local why=$1
	shift
	command -v apt-get >/dev/null ||
		die "$why needs $*: install them with this system's package manager"
	local as=()
	if [[ $(id -u) -ne 0 ]]; then
		command -v sudo >/dev/null ||
			die "$why needs $*: run 'apt-get install $*' as root"
		as=(sudo)
	fi
	say "installing for $why: $* (${as[*]:+with ${as[*]}, }apt-get)"
	{
		"${as[@]}" apt-get update -qq &&
			"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
	} || die "$* could not be installed; apt-get says above why"
}

# build_cli builds bin/wormhole. It is static and needs no C compiler.
build_cli() {
	CGO_ENABLED=0 go build -trimpath -o bin/wormhole ./cmd/wormhole
}
