package serve

// link is an OGC API link: every one has rel and type (OGC 17-069r4 /req/core/fc-links).
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

const (
	relSchema     = "http://www.opengis.net/def/rel/ogc/1.0/schema"
	crs84         = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	relData       = "data"
	relSelf       = "self"
	relNext       = "next"
	relAlternate  = "alternate"
	relCollection = "collection"
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	relSortables  = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
	relFunctions  = "http://www.opengis.net/def/rel/ogc/1.0/functions"
	relLicense    = "license"
)
