update maille.doomed_object set deleted_at = $2 where sha256 = $1
