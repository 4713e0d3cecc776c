package serve

import (
	"net"
	"net/netip"
	"strings"
)

// longestHost is that of a name in the DNS, and a port.
const longestHost = 255 + len(":65535")

// local says whether a Host is this very machine.
func local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	address, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && address.Unmap().IsLoopback()
}

// wellFormed says whether Host is the name or the address of a host, and maybe a port (RFC 3986 §3.2.2). A name has the
// characters of the DNS, and the underscore that some have besides.
func wellFormed(host string) bool {
	if len(host) > longestHost {
		return false
	}
	name, port, _ := strings.Cut(host, ":")
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']') + 1
		address, err := netip.ParseAddr(host[1:max(1, end-1)])
		if err != nil || !address.Is6() || address.Zone() != "" || end < len(host) && host[end] != ':' {
			return false
		}
		name, port = "v6", strings.TrimPrefix(host[end:], ":")
	}
	return name != "" && strings.Trim(name, inNames) == "" && len(port) <= 5 && strings.Trim(port, "0123456789") == ""
}

const inNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
