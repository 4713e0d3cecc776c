package source

import (
	"testing"
	"time"
)

func TestPlacesAreShownWithoutSecrets(t *testing.T) {
	for place, want := range map[string]string{
		"https://geo.api.gouv.fr/communes?fields=code,nom&format=json":                                    "https://geo.api.gouv.fr/communes?fields=code,nom&format=json",
		"https://anne:secret@data.example.fr/a.csv":                                                       "https://xxxxx@data.example.fr/a.csv",
		"https://data.example.fr/a.csv?apikey=12&q=1":                                                     "https://data.example.fr/a.csv?apikey=xxxxx&q=1",
		"https://data.example.fr/a.csv?access_token=12":                                                   "https://data.example.fr/a.csv?access_token=xxxxx",
		"https://data.example.fr/a.csv?token=AB;a=1":                                                      "https://data.example.fr/a.csv?token=xxxxx",
		"https://data.example.fr/a.csv?a=1;token=A;B&b=2":                                                 "https://data.example.fr/a.csv?a=1;token=xxxxx&b=2",
		"https://data.example.fr/%zz?token=12&b=2":                                                        "https://data.example.fr/%zz?token=xxxxx&b=2",
		"https://data.example.fr/a.csv#access_token=12":                                                   "https://data.example.fr/a.csv#access_token=xxxxx",
		"https://TOKEN@data.example.fr/x":                                                                 "https://xxxxx@data.example.fr/x",
		"https://anne:sec@ret@data.example.fr/x?mail=a@b":                                                 "https://xxxxx@data.example.fr/x?mail=a@b",
		"https://anne:se/cret@data.example.fr/x":                                                          "https://xxxxx@data.example.fr/x",
		"https://data.example.fr/a@b/c?mail=a@b":                                                          "https://data.example.fr/a@b/c?mail=a@b",
		"https://data.example.fr/a.csv?pwd=12&pass=3&jwt=4":                                               "https://data.example.fr/a.csv?pwd=xxxxx&pass=xxxxx&jwt=xxxxx",
		"https://data.example.fr/a.csv?q=%C3%89vry+a&b=1":                                                 "https://data.example.fr/a.csv?q=%C3%89vry+a&b=1",
		"https://geo.api.gouv.fr/communes?code=91228":                                                     "https://geo.api.gouv.fr/communes?code=91228",
		"https://geo.api.gouv.fr/communes?code=91228,91377,91377,91692":                                   "https://geo.api.gouv.fr/communes?code=91228,91377,91377,91692",
		"https://data.example.fr/f?code=aB3dE5fG7hI9jK1lM3nO5pQ7==&a=1":                                   "https://data.example.fr/f?code=xxxxx&a=1",
		"https://s3.example.fr/a.csv?X-Amz-Date=20261122T083212Z&X-Amz-Expires=60&X-Amz-Signature=12&v=1": "https://s3.example.fr/a.csv?X-Amz-Date=xxxxx&X-Amz-Expires=xxxxx&X-Amz-Signature=xxxxx&v=1",
		"echantillon/projets.csv":                                                                         "echantillon/projets.csv",
	} {
		if got := shown(place); got != want {
			t.Errorf("%s is shown as %s", place, got)
		}
	}
	for path, want := range map[string]string{"/home/anne/export.csv": "export.csv", "../export.csv": "export.csv", "echantillon/projets.csv": "echantillon/projets.csv"} {
		if got := published(path); got != want {
			t.Errorf("%s is published as %s", path, got)
		}
	}
}

func TestDurationsAreShown(t *testing.T) {
	for d, want := range map[time.Duration]string{2 * time.Hour: "2 h", 90 * time.Minute: "1 h 30 min", time.Minute: "1 min",
		1500 * time.Millisecond: "1 s 500 ms", 50 * time.Millisecond: "50 ms"} {
		if got := lasting(d); got != want {
			t.Errorf("%v is shown as %s", d, got)
		}
	}
}
