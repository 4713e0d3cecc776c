package source

import "testing"

func TestPlacesAreShownWithoutSecrets(t *testing.T) {
	for place, want := range map[string]string{
		"https://geo.api.gouv.fr/communes?fields=code,nom&format=json": "https://geo.api.gouv.fr/communes?fields=code,nom&format=json",
		"https://anne:secret@data.example.fr/a.csv":                    "https://anne:xxxxx@data.example.fr/a.csv",
		"https://data.example.fr/a.csv?apikey=12&q=1":                  "https://data.example.fr/a.csv?apikey=xxxxx&q=1",
		"https://data.example.fr/a.csv?access_token=12":                "https://data.example.fr/a.csv?access_token=xxxxx",
		"echantillon/projets.csv":                                      "echantillon/projets.csv",
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
