package policies

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Addresses are taken apart here and not by net/url, because what the daemon and its packages may do on the network is kept out
// of the cores by what they import. The form is narrower than that of all URLs, so that nothing is accepted here that the sender
// of alerts would read in another way; FuzzAddressesAreURLs compares the two.

// badURL says what keeps an address from being one that alerts can be sent to. A password in it is refused because policies
// are shown to everybody, in reports and on the page.
func badURL(text string) (message, fix string) {
	const form = "write it as http://host:port/path"
	scheme, rest, cut := strings.Cut(text, "://")
	authority, port := splitPort(authorityOf(rest))
	switch {
	case len(text) > MaxURLBytes:
		return fmt.Sprintf("is %d bytes long, more than %d", len(text), MaxURLBytes), "shorten it"
	case !cut || !urlText.MatchString(text):
		return "is not a URL", form
	case scheme != "http" && scheme != "https":
		return fmt.Sprintf("has the scheme %q", clip(scheme)), "use http or https"
	case strings.Contains(authority, "@"):
		return "holds a user or a password", "policies are shown to everybody: use secretFile"
	case strings.Contains(text, "#"):
		return "has a fragment", "leave out the part from #: it is never sent"
	case port != "" && !validPort(port[1:]):
		return fmt.Sprintf("has the port %q", clip(port[1:])), "use 1 to 65535"
	case !isHost(authority):
		return "names no host", form
	}
	return "", ""
}

// isHost takes a name, an IPv4 address, or an IPv6 address in brackets. A zone is refused: it means another thing on each host.
func isHost(text string) bool {
	inner, opened := strings.CutPrefix(text, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened && !closed {
		return hostName.MatchString(text)
	}
	address, err := netip.ParseAddr(inner)
	return opened && closed && err == nil && address.Is6() && address.Zone() == ""
}

var (
	// urlText is what RFC 3986 lets a URL consist of: percent signs only before two hexadecimal digits.
	urlText  = regexp.MustCompile(`^([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$`)
	hostName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
)

// authorityOf is what stands between the slashes and the path.
func authorityOf(rest string) string {
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		return rest[:end]
	}
	return rest
}

// splitPort cuts off the port with its colon. The colons of an IPv6 address are inside its brackets, and so are left alone;
// those of a user and a password are taken for a port only when no host follows.
func splitPort(authority string) (rest, port string) {
	colon := strings.LastIndexByte(authority, ':')
	if colon < 0 || strings.ContainsAny(authority[colon:], "]@") {
		return authority, ""
	}
	return authority[:colon], authority[colon:]
}

func validPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}
