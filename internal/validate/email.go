package validate

import (
	"slices"
	"strings"
	"unicode"
)

// personalEmail says whether a text has the electronic address of a person, or something else than addresses and words of
// their place, which may be a person's name.
func personalEmail(text string, about *words) bool {
	found := false
	for _, part := range strings.FieldsFunc(strings.ToLower(text), parted) {
		if !strings.Contains(part, "@") {
			if !allKnown(split(part), about) {
				return true
			}
			continue
		}
		if found = true; personalAddress(part, about) {
			return true
		}
	}
	return !found
}

// parted says whether a letter stands between two addresses that are in one text.
func parted(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`;,|/<>()[]"`, r) }

// personalAddress says whether one address is a person's. It is, unless something says that it is a service's: to lose
// the address of a service costs less than to publish a person's. What says so, in this order:
//
//   - a first name that the row does not use (prenom.nom@, or a name alone) makes it a person's, and so does a domain
//     that gives one address to each person;
//   - so does an initial before a word (p.nom@), unless the row uses it to name its place or it has a stem that surnames
//     have not, and on a free mail domain a first word that means nothing (pnom.service@);
//   - a domain that gives one address to each place, a word of a service (contact, mairie, mediatheque…), one that the
//     row uses of its place, or the domain's own name makes it a service's;
//   - so does an acronym of at most four letters, alone.
func personalAddress(address string, about *words) bool {
	local, domain, _ := strings.Cut(address, "@")
	parts := split(local)
	switch {
	case len(parts) == 0 || strings.Contains(domain, "@"):
		return true
	case named(parts, about):
		return true
	case vocab.personal[domain]:
		return !allRoles(parts)
	case initialled(parts):
		return vocab.role(parts[1]) || !slices.Contains(about.all(), parts[1])
	case vocab.structures[domain]:
		return false
	case vocab.freeMail[domain] && len(parts) > 1 && len(parts[0]) > 4 && !known(parts[0], domain, about):
		return true // pnom.service@
	}
	for _, part := range parts {
		if known(part, domain, about) {
			return false
		}
	}
	return len(parts) > 1 || len(parts[0]) > 4
}

// known says whether a word of an address is of a service, of the row's place or of the domain itself.
func known(part, domain string, about *words) bool {
	return vocab.role(part) || about.names(part) || ownDomain(part, domain)
}

// named says whether a word is the first name of somebody: not of a saint, nor one that the row uses of its place, with
// all the rest of the address.
func named(parts []string, about *words) bool {
	for i, part := range parts {
		saint := i > 0 && (parts[i-1] == "st" || parts[i-1] == "ste" || parts[i-1] == "saint" || parts[i-1] == "sainte")
		if vocab.names[part] && !saint && !allKnown(parts, about) {
			return true
		}
	}
	return false
}

func allKnown(parts []string, about *words) bool {
	for i, part := range parts {
		if i > 0 && len(part) == 2 { // le, de, la
			continue
		}
		if !vocab.role(part) && !about.names(part) {
			return false
		}
	}
	return true
}

// initialled says whether words begin as p.nom; with two letters when the first names are two: jp.nom. A role may be a
// surname (Maison, Poste, Bureau), but for those with a stem.
func initialled(parts []string) bool {
	return len(parts) >= 2 && len(parts[1]) >= 3 && !vocab.stem(parts[1]) &&
		(len(parts[0]) == 1 || len(parts[0]) == 2 && parts[0][0] == 'j' && !vocab.acronyms[parts[0]])
}

func allRoles(parts []string) bool {
	for _, part := range parts {
		if !vocab.role(part) {
			return false
		}
	}
	return true
}

// ownDomain says whether a word of the address is its domain's too: lamagic@lamagic.fr.
func ownDomain(word, domain string) bool {
	if len(word) < 4 || vocab.freeMail[domain] {
		return false
	}
	return strings.Contains(strings.Join(split(domain), ""), word)
}
