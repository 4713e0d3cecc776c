package validate

import (
	"strings"

	"maille/internal/dataset"
)

// contact is a column of publication.contacts: it holds addresses, which may be a person's.
type contact struct {
	column    int
	kind      string
	delimiter string // of a list, else ""
	personal  func(text string, about *words) bool
}

// contactKinds decide whether a text, which may hold several addresses though it should hold one, has a person's.
var contactKinds = map[string]func(string, *words) bool{
	dataset.ContactEmail:     personalEmail,
	dataset.ContactTelephone: personalTelephone,
}

// described are the columns whose words name the place: an address made of them is the place's.
var described = []string{"nom", "commune", "structure_parente", "site_web", "source"}

func contactsOf(d *dataset.Dataset) (contacts []contact, names []int) {
	for i := range d.Schema.Columns { // in their order, so that issues are
		c := &d.Schema.Columns[i]
		if kind := d.Publication.Contacts[c.Name]; kind != "" {
			contacts = append(contacts, contact{i, kind, c.Delimiter, contactKinds[kind]})
		}
	}
	for _, name := range described {
		if i := d.Schema.Index(name); i >= 0 && len(contacts) > 0 {
			names = append(names, i)
		}
	}
	return contacts, names
}

// withoutPersons empties the row of what would let people call or write to a person by name. The issue says where, never what.
func (v *Validator) withoutPersons(row *dataset.Row, report *dataset.Report) {
	about := words{cells: row.Cells, columns: v.names}
	for i := range v.contacts {
		c := &v.contacts[i]
		cell := row.Cells[c.column]
		if cell == "" {
			continue
		}
		kept, dropped := c.sift(cell, &about)
		if dropped == 0 {
			continue
		}
		row.Cells[c.column] = kept
		for range dropped {
			v.tellPersonal(row, c, report)
		}
	}
}

func (v *Validator) tellPersonal(row *dataset.Row, c *contact, report *dataset.Report) {
	if !report.Keeps(dataset.PersonalContact) {
		report.Count(dataset.PersonalContact)
		return
	}
	column := v.d.Schema.Columns[c.column].Name
	report.Add(dataset.Issue{Resource: row.Resource, Line: row.Line, Key: v.keyOf(row), Column: column, Rule: dataset.PersonalContact,
		Level: dataset.Warning, Message: dataset.Say(dataset.PersonalContact+"."+c.kind, "column", column)})
}

// sift keeps the items that are no person's, and counts the others.
func (c *contact) sift(cell string, about *words) (kept string, dropped int) {
	if c.delimiter == "" || !strings.Contains(cell, c.delimiter) {
		if c.drops(cell, about) {
			return "", 1
		}
		return cell, 0
	}
	var items []string
	for item := range strings.SplitSeq(cell, c.delimiter) {
		if item != "" && c.drops(item, about) {
			dropped++
			continue
		}
		items = append(items, item)
	}
	return strings.Join(items, c.delimiter), dropped
}

// longestContact is many times what an address has (254 bytes by RFC 5321): a longer text is a remark, and dear to judge.
const longestContact = 2000

func (c *contact) drops(text string, about *words) bool {
	return len(text) > longestContact || c.personal(text, about)
}
