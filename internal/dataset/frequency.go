package dataset

// Frequencies are the codes of publication.frequency, from the authority table "frequency" of the European Union's vocabularies, the
// most frequent first. data.gouv.fr reads all of them.
var Frequencies = []string{
	"UPDATE_CONT", "CONT", "1MIN", "5MIN", "10MIN", "15MIN", "30MIN", "HOURLY", "BIHOURLY", "TRIHOURLY", "12HRS",
	"DAILY_3", "DAILY_2", "DAILY", "WEEKLY_5", "WEEKLY_3", "WEEKLY_2", "WEEKLY", "BIWEEKLY", "MONTHLY_3", "MONTHLY_2", "MONTHLY",
	"BIMONTHLY", "QUARTERLY", "ANNUAL_3", "ANNUAL_2", "ANNUAL", "BIENNIAL", "TRIENNIAL", "QUADRENNIAL", "QUINQUENNIAL", "DECENNIAL",
	"BIDECENNIAL", "TRIDECENNIAL", "AS_NEEDED", "IRREG", "OTHER", "UNKNOWN", "NOT_PLANNED", "NEVER",
}

// DataThemes are the codes of publication.theme, from the authority table "data-theme".
var DataThemes = []string{"AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN"}
