-- Of objects that came, those that were deleted for a person's sake once, or are yet to be, are to be deleted.
update maille.doomed_object set deleted_at = null where sha256 = any($1)
