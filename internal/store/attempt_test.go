package store_test

import (
	"fmt"
	"testing"
	"time"

	"maille/internal/release"
	"maille/internal/store"
)

func TestAttempts(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	try := func(minute int, status, reason string) {
		t.Helper()
		if err := db.SaveAttempt(t.Context(), release.Attempt{At: noon.Add(time.Duration(minute) * time.Minute), Status: status, Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	for minute, status := range []string{"published", "unchanged", "unchanged", "refused", "unchanged", "unchanged", "unchanged", "failed"} {
		try(minute, status, fmt.Sprint(minute))
	}
	all, err := db.Attempts(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, a := range all {
		said += a.Status + " " + a.Reason + ", "
	}
	if said != "failed 7, unchanged 6, refused 3, unchanged 2, published 0, " {
		t.Errorf("%s", said)
	}
	if some, err := db.Attempts(t.Context(), 1, release.Refused, release.Failed); err != nil || len(some) != 1 || some[0].Reason != "7" || !some[0].At.Equal(noon.Add(7*time.Minute)) {
		t.Errorf("%+v, %v", some, err)
	}
	execute(t, conn, "insert into maille.attempt (at, status) select now(), 'refused' from generate_series(1, 1200)")
	try(9, release.Refused, "the last")
	if n := one[int](t, conn, "select count(*) from maille.attempt where status = 'refused'"); n != 1000 {
		t.Errorf("%d are kept", n)
	}
	if n := one[int](t, conn, "select count(*) from maille.attempt"); n != 1004 {
		t.Errorf("%d in all: other statuses went", n)
	}
	execute(t, conn, "set role maille_server; select * from maille.attempt; reset role")
}
