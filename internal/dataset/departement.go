package dataset

import "regexp"

// DepartementForm is what the code of a commune begins with: that of its département. PostgreSQL reads it alike.
const DepartementForm = `^(9[78][0-9]|[013-8][0-9]|2[0-9AB]|9[0-69])`

var departementForm = regexp.MustCompile(DepartementForm)

// DepartementOf is the code of a commune's département; "" where the text does not begin as the code of a commune does.
func DepartementOf(commune string) string { return departementForm.FindString(commune) }
