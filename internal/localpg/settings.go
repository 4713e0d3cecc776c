package localpg

import (
	"fmt"
	"strings"
)

// settingsFile is in the data folder, included by postgresql.conf, written anew at each start.
const settingsFile = "maille.conf"

const (
	mebibyte = 1 << 20
	gibibyte = 1 << 30
)

type setting struct{ name, value, why string }

// settings is the text of the settings file, for a machine with that many bytes of memory.
func settings(memory uint64, volatile bool, port int, sockets string) string {
	all := append(reach(port, sockets), sizes(memory, volatile)...)
	all = append(all, habits...)
	if volatile {
		all = append(all, carefree...)
	} else {
		all = append(all, careful...)
	}
	var b strings.Builder
	b.WriteString("# Written by Maille at each start: change postgresql.conf instead.\n")
	for _, s := range all {
		fmt.Fprintf(&b, "\n# %s\n%s = %s\n", s.why, s.name, s.value)
	}
	return b.String()
}

func reach(port int, sockets string) []setting {
	return []setting{
		{"listen_addresses", "'127.0.0.1'", "Nobody on the network has business here."},
		{"port", fmt.Sprint(port), "Chosen at the first start, and kept while no other program takes it."},
		{"unix_socket_directories", quote(sockets), "A private folder, short enough for the kernel."},
		{"unix_socket_permissions", "0700", "The socket asks for no password: only the cluster's user may open it."},
		{"max_connections", "100", "A pool of tens, and room for psql and QGIS."},
	}
}

// sizes shares the machine: Maille itself runs beside this cluster.
func sizes(memory uint64, volatile bool) []setting {
	buffers := within(memory/4, 128*mebibyte, 2*gibibyte)
	if volatile {
		buffers = within(memory/16, 128*mebibyte, 256*mebibyte)
	}
	return []setting{
		{"shared_buffers", megabytes(buffers), "A quarter of the memory; beyond 2 GB the kernel's cache does as well."},
		{"effective_cache_size", megabytes(max(memory/2, 256*mebibyte)), "What the planner may expect to find cached, ours and the kernel's."},
		{"work_mem", megabytes(within(memory/256, 4*mebibyte, 64*mebibyte)), "Per sort or hash: a page's sort stays in memory, a hundred clients too."},
		{"maintenance_work_mem", megabytes(within(memory/16, 64*mebibyte, gibibyte)), "Indexes are built after each load; GiST and B-tree builds sort in memory."},
	}
}

var habits = []setting{
	{"wal_level", "minimal", "No replica: COPY into a table made in the same transaction skips the log."},
	{"max_wal_senders", "0", "wal_level = minimal asks for it."},
	{"max_wal_size", "'4GB'", "A load ends before its checkpoint is forced."},
	{"checkpoint_timeout", "'15min'", "Fewer full pages in the log during long loads."},
	{"jit", "off", "Compiling costs more than it saves on queries of milliseconds."},
	{"random_page_cost", "1.1", "SSD: reading an index is about as cheap as reading in order."},
	{"ssl", "off", "Nothing leaves the machine."},
	{"timezone", "'UTC'", "A date is the same on every machine."},
	{"lc_messages", "'C'", "Logs and errors read the same on every machine."},
	{"log_timezone", "'UTC'", "So that the log lines up with Maille's."},
	{"logging_collector", "off", "The log is standard error, which Maille sends to server.log."},
	{"log_line_prefix", "'%m [%p] %q%a %d '", "When, which process, which program, which database."},
	{"cluster_name", "'maille'", "So that ps tells whose processes these are."},
}

var careful = []setting{
	{"fsync", "on", "Data survive a power cut."},
	{"synchronous_commit", "on", "What was published stays published."},
}

var carefree = []setting{
	{"fsync", "off", "Tests only: nothing here need survive a power cut."},
	{"synchronous_commit", "off", "Tests only: nobody waits for the disk."},
	{"full_page_writes", "off", "Tests only: torn pages do not matter either."},
}

func within(n, low, high uint64) uint64 { return min(max(n, low), high) }

func megabytes(n uint64) string { return fmt.Sprintf("'%dMB'", n/mebibyte) }

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
