-- Moves the pointer only from the release that the new one follows.
update maille.pointer set release = $1 where release is not distinct from nullif($2, '')
