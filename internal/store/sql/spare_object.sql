delete from maille.doomed_object where sha256 = $1
